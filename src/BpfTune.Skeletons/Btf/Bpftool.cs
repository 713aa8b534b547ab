using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace BpfTune.Skeletons.Btf;

/// <summary>Runs <c>bpftool btf dump -j</c>.</summary>
internal static class Bpftool
{
    // Distributions put it in sbin, which is not on everybody's PATH. That of Ubuntu only looks for the one of the running kernel, and fails
    // where there is none; the one of another kernel dumps BTF as well.
    private static readonly string[] SystemDirectories =
        ["/usr/local/sbin", "/usr/sbin", "/sbin", .. Below("/usr/lib", "linux-tools*"), .. Below("/usr/lib/linux-tools", "*")];

    /// <exception cref="SkeletonException">There is no bpftool, it failed, or its output is not understood.</exception>
    public static BtfTypes Dump(string? bpftool, string objectPath)
    {
        string json = Run(bpftool ?? Find(), objectPath);
        try
        {
            return BtfJson.Parse(json);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new SkeletonException(ErrorCode.Bpftool, $"what bpftool printed is not understood: {OneLine(exception.Message)}");
        }
    }

    private static string Run(string bpftool, string objectPath)
    {
        ProcessStartInfo start = new(bpftool, ["btf", "dump", "-j", "file", objectPath])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0)
                return output;

            // With -j it reports errors on standard output, as JSON.
            string reason = OneLine($"{error.GetAwaiter().GetResult()} {output}");
            throw new SkeletonException(ErrorCode.Bpftool, $"'{bpftool} btf dump' failed with exit code {process.ExitCode}: {reason}");
        }
        catch (Win32Exception exception)
        {
            throw new SkeletonException(ErrorCode.Bpftool, $"cannot run {bpftool}: {exception.Message}");
        }
    }

    /// <summary>The first bpftool on PATH or in the system's directories that runs.</summary>
    /// <exception cref="SkeletonException">There is none.</exception>
    internal static string Find()
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(SystemDirectories).Select(directory => Path.Combine(directory, "bpftool")).FirstOrDefault(file => File.Exists(file) && Works(file))
            ?? throw new SkeletonException(
                ErrorCode.Bpftool, "a bpftool that works is missing: apt-get install bpftool (Ubuntu: linux-tools-generic), dnf install bpftool, or pacman -S bpf");
    }

    private static bool Works(string bpftool)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(bpftool, ["version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static string[] Below(string directory, string pattern) => Directory.Exists(directory) ? Directory.GetDirectories(directory, pattern) : [];

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
