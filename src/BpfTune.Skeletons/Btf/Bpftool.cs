using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace BpfTune.Skeletons.Btf;

/// <summary>Runs <c>bpftool btf dump -j</c>.</summary>
internal static class Bpftool
{
    // Distributions put it in sbin, which is not on everybody's PATH.
    private static readonly string[] SystemDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

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

    private static string Find()
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(SystemDirectories).Select(directory => Path.Combine(directory, "bpftool")).FirstOrDefault(File.Exists)
            ?? throw new SkeletonException(ErrorCode.Bpftool, "bpftool is missing: apt-get install bpftool, dnf install bpftool, or pacman -S bpf");
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
