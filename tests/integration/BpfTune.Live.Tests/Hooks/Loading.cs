using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using BpfTune.Engine.Hooks;
using BpfTune.Engine.Kernel;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Hooks;

/// <summary>Loads bpf/fallback.bpf.c with hooks as a test wants them.</summary>
internal static class Loading
{
    internal const string Owner = "fallback";

    /// <summary>Knows of no BTF and no symbols: everything is tried in the kernel.</summary>
    internal static KernelTargets Ignorant() => new(static () => throw new BpfException("none", "vmlinux", 2), static _ => null);

    internal static HookLoader Loader(CgroupRoot? cgroup, KernelTargets targets, MechanismRules? rules = null, ILogger? log = null) =>
        new(Privilege.Kernel, targets, cgroup, rules ?? new MechanismRules(), log ?? NullLogger.Instance);

    internal static TunerDeclaration Declare(params Hook[] hooks)
    {
        var declaration = new TunerDeclaration().Object(FallbackBpf.Image);
        foreach (var hook in hooks)
            declaration.Hook(hook);
        return declaration;
    }

    internal static Hook Hook(string name, params string[] programs) =>
        new(name, $"{name} is not observed", [.. programs.Select(p => Mechanism.Bpf(p))]);

    /// <summary>Makes a connection on loopback and ends it: tracepoints and sockops of TCP fire.</summary>
    internal static void Connect()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using var server = listener.AcceptTcpClient();
    }

    /// <summary>How often a program is attached, as bpftool counts it.</summary>
    internal static int LinksOf(uint program)
    {
        using var process = Process.Start(new ProcessStartInfo("bpftool", ["-j", "link", "show"]) { RedirectStandardOutput = true })!;
        var json = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        using var links = JsonDocument.Parse(json);
        return links.RootElement.EnumerateArray().Count(l => l.TryGetProperty("prog_id", out var id) && id.GetUInt32() == program);
    }

    /// <summary>The kernel frees what nobody holds any longer a moment later.</summary>
    internal static bool Eventually(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(5))
                return false;
            Thread.Sleep(5);
        }

        return true;
    }
}
