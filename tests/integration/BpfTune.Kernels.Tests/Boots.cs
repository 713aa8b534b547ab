using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using BpfTune.Lab;
using BpfTune.Vm;
using BpfTune.Vm.Guest;

namespace BpfTune.Kernels.Tests;

/// <summary>One boot for each kernel, all begun when the first is asked for; the tests look at what it has left.</summary>
internal static class Boots
{
    private const string RequireVariable = "BPFTUNE_REQUIRE_LIVE";
    private const string KernelsVariable = "BPFTUNE_KERNELS";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(20);

    // An emulated machine keeps about one processor busy.
    private static readonly SemaphoreSlim s_places = new(Math.Max(1, Environment.ProcessorCount));
    private static readonly ConcurrentDictionary<string, Lazy<Task<GuestReport>>> s_boots = new();

    /// <summary>Those to boot: BPFTUNE_KERNELS, or the two that matter most.</summary>
    public static IReadOnlyList<KernelSeries> Kernels { get; } = Environment.GetEnvironmentVariable(KernelsVariable) is { Length: > 0 } names
        ? [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(KernelSeries.Find)]
        : [KernelSeries.V6_1, KernelSeries.V6_12];

    private static string App => Path.GetDirectoryName(Environment.GetEnvironmentVariable("BPFTUNE_EXECUTABLE") ?? "") ?? "";

    private static string Guest => Environment.GetEnvironmentVariable("BPFTUNE_VM_GUEST") ?? "";

    /// <summary>What a kernel's boot has shown. Skips the test where no virtual machine can run, or fails it where one must.</summary>
    public static GuestReport Report(KernelSeries kernel)
    {
        if (WhyNot() is { } reason)
        {
            Assert.False(Environment.GetEnvironmentVariable(RequireVariable) == "1", $"{RequireVariable}=1, but {reason}");
            Assert.Skip(reason);
        }

        foreach (var each in Kernels)
            _ = Boot(each).Value;
        return Boot(kernel).Value.GetAwaiter().GetResult();
    }

    private static Lazy<Task<GuestReport>> Boot(KernelSeries kernel) =>
        s_boots.GetOrAdd(kernel.Name, _ => new Lazy<Task<GuestReport>>(() => Task.Run(() => Run(kernel))));

    private static GuestReport Run(KernelSeries kernel)
    {
        s_places.Wait();
        try
        {
            var suite = new SuiteFiles(App, Environment.GetEnvironmentVariable("BPFTUNE_TUNERS") ?? "");
            var result = VirtualMachine.Run(
                suite.Install(new VmOptions
                {
                    Kernel = kernel,
                    Command = ["/usr/lib/bpftune-guest/bpftune-guest", "/vm/results/report.json"],
                    Files = [(Path.Combine(Guest, "app"), "/usr/lib/bpftune-guest"), (Path.Combine(Guest, "tuners"), "/usr/lib/bpftune-sample")],
                    Limit = s_limit,
                }),
                new ImageCache(progress: line => Console.WriteLine($"kernels: {line}")));
            var report = result.Results.TryGetValue("report.json", out var json)
                ? JsonSerializer.Deserialize(json, GuestJson.Readable.GuestReport)!
                : throw new VmException($"Linux {kernel} left no report, exit code {result.ExitCode}:\n{string.Join('\n', result.Output.TakeLast(40))}");
            Console.WriteLine(FormattableString.Invariant(
                $"kernels: Linux {report.Kernel} took {result.Elapsed.TotalSeconds:0} s: {string.Join(", ", report.Seconds.Select(part => FormattableString.Invariant($"{part.Key} {part.Value:0}")))}"));
            return result.ExitCode == 0
                ? report
                : throw new VmException($"the checks in Linux {kernel} broke off, exit code {result.ExitCode}:\n{string.Join('\n', result.Output.TakeLast(40))}");
        }
        finally
        {
            s_places.Release();
        }
    }

    private static string? WhyNot()
    {
        if (RuntimeInformation.OSArchitecture != Architecture.X64)
            return "the virtual machines are for x86-64";
        if (Environment.UserName != "root")
            return "the images of virtual machines are made by root";
        if (!File.Exists(Path.Combine(App, "bpftune")) || !Directory.Exists(Guest))
            return "BPFTUNE_EXECUTABLE and BPFTUNE_VM_GUEST name no published programs; ./build.sh KernelTest sets them";
        foreach (var tool in (ReadOnlySpan<string>)["qemu-system-x86_64", "mmdebstrap", "mke2fs", "depmod", "apt-get"])
        {
            if (Tool.Run("sh", "-c", $"PATH=$PATH:/usr/sbin:/sbin command -v {tool}").ExitCode != 0)
                return $"{tool} is not installed";
        }

        return null;
    }
}
