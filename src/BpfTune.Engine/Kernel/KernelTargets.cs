using BpfTune.LibBpf;

namespace BpfTune.Engine.Kernel;

/// <summary>
/// Which functions and tracepoints this kernel has to be traced. Reads the kernel's BTF when first asked, the list of
/// symbols only for a function that BTF lacks; <see cref="Release"/> gives that memory back until the next question.
/// </summary>
public sealed class KernelTargets : IDisposable
{
    /// <summary>The environment variable that, set to 0, lets libbpf read the kernel's BTF for each object by itself.</summary>
    public const string ShareVariable = "BPFTUNE_SHARE_BTF";

    private readonly bool _shared = Environment.GetEnvironmentVariable(ShareVariable) != "0";
    private readonly Func<KernelBtf> _open;
    private readonly Func<IReadOnlyCollection<string>, Dictionary<string, bool>?> _findSymbols;
    private readonly Dictionary<string, bool?> _symbols = new(StringComparer.Ordinal);
    private KernelBtf? _btf;
    private bool _noBtf;
    private bool _noSymbols;

    /// <summary>The running kernel's.</summary>
    public KernelTargets()
        : this(static () => KernelBtf.Open(), static names => KernelSymbols.Find(names))
    {
    }

    internal KernelTargets(Func<KernelBtf> open, Func<IReadOnlyCollection<string>, Dictionary<string, bool>?> findSymbols)
    {
        _open = open;
        _findSymbols = findSymbols;
    }

    /// <summary>The kernel's BTF; null when it has none.</summary>
    public KernelBtf? Btf
    {
        get
        {
            if (_btf is not null || _noBtf)
                return _btf;
            try
            {
                return _btf = _open();
            }
            catch (BpfException)
            {
                // The probe of the features says so, with its reason; here it only means that nobody knows.
                _noBtf = true;
                return null;
            }
        }
    }

    /// <summary>
    /// What objects are loaded with, so that libbpf does not read the kernel's BTF for each of them: null where it is to
    /// do so, for comparison or because there is none.
    /// </summary>
    internal KernelBtf? ForLoading => _shared ? Btf : null;

    /// <summary>Looks functions up together, so that the list of symbols is read once for all of them.</summary>
    internal void Prepare(IEnumerable<string> functions)
    {
        var unknown = functions
            .Where(f => Btf?.HasFunction(f) != true && !_symbols.ContainsKey(f))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        if (unknown.Length == 0)
            return;
        var found = _findSymbols(unknown);
        foreach (var name in unknown)
            _symbols[name] = null;
        if (found is null)
        {
            _noSymbols = true;
            return;
        }

        foreach (var (name, isModule) in found)
            _symbols[name] = isModule;
    }

    /// <summary>Why a function cannot be traced; null when it can, or when nobody knows.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="throughBtf">Whether the program needs the function's type (fentry), or its address only (kprobe).</param>
    internal string? WhyNoFunction(string function, bool throughBtf)
    {
        if (Btf?.HasFunction(function) == true)
            return null;
        Prepare([function]);
        if (_noSymbols)
            return null;
        return _symbols[function] switch
        {
            null => $"kernel has no function {function} to trace",
            false when throughBtf && Btf is not null => $"the kernel's BTF does not describe the function {function}",
            _ => null,
        };
    }

    /// <summary>Why there is no such tracepoint; null when there is, or when nobody knows.</summary>
    internal string? WhyNoTracepoint(string tracepoint) =>
        Btf?.HasTracepoint(tracepoint) == false ? $"kernel has no tracepoint {tracepoint} to trace" : null;

    /// <summary>Gives back the memory, some 10 MB. The next question reads again; modules may have come by then.</summary>
    public void Release()
    {
        _btf?.Dispose();
        _btf = null;
        _symbols.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();
}
