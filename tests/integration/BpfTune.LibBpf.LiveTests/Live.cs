using System.Runtime.InteropServices;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>The objects under test, and whether this process may load them.</summary>
internal static class Live
{
    private const string RequireVariable = "BPFTUNE_REQUIRE_LIVE";

    private static readonly Lazy<string?> s_whyNot = new(Try);

    /// <summary>The running kernel's version, for what is known to have come with one.</summary>
    internal static Version Kernel { get; } = Environment.OSVersion.Version;

    /// <summary>Skips the test without the privilege, or fails it where that must not be.</summary>
    internal static void Require()
    {
        if (s_whyNot.Value is not { } reason)
            return;
        Assert.False(Environment.GetEnvironmentVariable(RequireVariable) == "1", $"{RequireVariable}=1, but {reason}");
        Assert.Skip(reason);
    }

    /// <summary>Skips a test for something that this kernel lacks, which no privilege brings.</summary>
    internal static void RequireFeature(ProbeResult result, string name)
    {
        if (!result.IsYes)
            Assert.Skip($"{name}: {result}");
    }

    /// <summary>The objects of the suite itself.</summary>
    internal static IEnumerable<string> Shipped { get; } = typeof(Live).Assembly.GetManifestResourceNames()
        .Where(r => r.StartsWith($"bpf/{Architecture}/", StringComparison.Ordinal))
        .Select(r => Path.GetFileName(r).Replace(".bpf.o", string.Empty, StringComparison.Ordinal))
        .Except(["live", "broken"]);

    internal static BpfObject Open(string name, KernelBtf? btf = null)
    {
        Require();
        return BpfObject.Open(Read(name), name, new BpfObjectOptions { KernelBtf = btf });
    }

    /// <summary>live.bpf.o with only the programs named.</summary>
    internal static BpfObject OpenLive(params string[] programs)
    {
        var opened = Open("live");
        foreach (var program in opened.Programs)
            program.AutoLoad = programs.Contains(program.Name);
        return opened;
    }

    /// <summary>broken.bpf.o with the good program and one more.</summary>
    internal static BpfObject OpenBroken(string program, KernelBtf? btf = null)
    {
        var opened = Open("broken", btf);
        opened.Program(program).AutoLoad = true;
        return opened;
    }

    private static string Architecture =>
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x86_64";

    private static byte[] Read(string name)
    {
        using var stream = typeof(Live).Assembly.GetManifestResourceStream($"bpf/{Architecture}/{name}.bpf.o")
            ?? throw new InvalidOperationException($"{name}.bpf.o is not embedded.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string? Try()
    {
        try
        {
            using var opened = BpfObject.Open(Read("broken"), "privilege");
            using var loaded = opened.Load();
            return null;
        }
        catch (Exception e) when (e is BpfException { Errno: Errno.EPERM } or PlatformNotSupportedException)
        {
            return e.Message;
        }
    }
}
