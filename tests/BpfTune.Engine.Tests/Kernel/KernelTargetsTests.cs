using BpfTune.Engine.Kernel;
using BpfTune.LibBpf;

namespace BpfTune.Engine.Tests.Kernel;

public sealed class KernelTargetsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly List<string[]> _asked = [];

    public void Dispose() => File.Delete(_file);

    private static KernelBtf NoBtf() => throw new BpfException("no BTF", "vmlinux", LibBpf.Errno.ENOENT);

    /// <summary>Without BTF everything depends on the list of symbols.</summary>
    private KernelTargets Targets(Dictionary<string, bool>? symbols) => new(NoBtf, names =>
    {
        _asked.Add([.. names]);
        return symbols?.Where(s => names.Contains(s.Key)).ToDictionary();
    });

    [Fact]
    public void SymbolsOfKernelAndModulesAreFound()
    {
        File.WriteAllText(_file, """
            ffffffff81000000 T _stext
            ffffffff81000010 T tcp_sndbuf_expand
            ffffffff81000020 t tcp_sndbuf_expand.cold
            ffffffff81000030 t both
            ffffffffc0000000 t nf_conntrack_alloc	[nf_conntrack]
            ffffffffc0000010 t both	[some_module]
            0000000000000000 t last

            """);
        var found = KernelSymbols.Find(["tcp_sndbuf_expand", "nf_conntrack_alloc", "both", "last", "tcp_sndbuf", "sndbuf_expand", "absent"], _file);
        Assert.Equal(
            new Dictionary<string, bool> { ["tcp_sndbuf_expand"] = false, ["nf_conntrack_alloc"] = true, ["both"] = false, ["last"] = false },
            found);
    }

    [Fact]
    public void LinesThatCrossAPieceAreWhole()
    {
        var lines = Enumerable.Range(0, 20_000).Select(i => $"ffffffff{i:x8} t function_number_{i}");
        File.WriteAllText(_file, string.Join('\n', lines) + "\n");
        var names = Enumerable.Range(0, 20).Select(i => $"function_number_{i * 999}").ToArray();
        Assert.Equal(names.Order(StringComparer.Ordinal), KernelSymbols.Find(names, _file)!.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void NoListIsNoAnswer()
    {
        Assert.Null(KernelSymbols.Find(["x"], "/no/such/file"));
        Assert.Null(KernelSymbols.Find(["x"], _file)); // Empty, as with CONFIG_KALLSYMS=n.
    }

    [Fact]
    public void AFunctionThatIsNowhereIsSaid()
    {
        using var targets = Targets(new() { ["there"] = false });
        Assert.Null(targets.WhyNoFunction("there", throughBtf: false));
        Assert.Equal("kernel has no function gone to trace", targets.WhyNoFunction("gone", throughBtf: false));
        Assert.Equal("kernel has no function gone to trace", targets.WhyNoFunction("gone", throughBtf: true));
    }

    [Fact]
    public void WithoutAListNobodyKnows()
    {
        using var targets = Targets(null);
        Assert.Null(targets.WhyNoFunction("anything", throughBtf: false));
        Assert.Null(targets.WhyNoTracepoint("anything"));
    }

    [Fact]
    public void TheListIsReadOnceForAllThatIsPrepared()
    {
        using var targets = Targets(new() { ["b"] = true });
        targets.Prepare(["a", "b", "a"]);
        targets.Prepare(["a", "b"]);
        Assert.NotNull(targets.WhyNoFunction("a", false));
        Assert.Null(targets.WhyNoFunction("b", false));
        Assert.Equal(["a", "b"], Assert.Single(_asked));

        targets.Release(); // A module may have been loaded.
        Assert.NotNull(targets.WhyNoFunction("a", false));
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public void TheVariableLeavesTheReadingToLibbpf()
    {
        // An empty set of types, well-formed.
        File.WriteAllBytes(_file, [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
        using var shared = new KernelTargets(() => KernelBtf.Open(_file), static _ => null);
        Assert.Same(shared.Btf, shared.ForLoading);
        Assert.NotNull(shared.ForLoading);

        Environment.SetEnvironmentVariable(KernelTargets.ShareVariable, "0");
        try
        {
            using var plain = new KernelTargets(() => KernelBtf.Open(_file), static _ => null);
            Assert.NotNull(plain.Btf); // Questions are answered all the same.
            Assert.Null(plain.ForLoading);
        }
        finally
        {
            Environment.SetEnvironmentVariable(KernelTargets.ShareVariable, null);
        }
    }
}
