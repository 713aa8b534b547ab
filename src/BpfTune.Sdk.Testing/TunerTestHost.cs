using System.Runtime.InteropServices;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Engine.Words;
using BpfTune.LibBpf;
using Microsoft.Extensions.Logging;

namespace BpfTune.Sdk.Testing;

/// <summary>
/// Runs a tuner without a kernel. What it proposes goes the way that it goes in the daemon (bounds, memory, an
/// administrator's word, trials, journal), over the values of a <see cref="FakeKernel"/> and by a <see cref="FakeClock"/>:
/// a test plays the kernel, sends events, moves the clock and looks at the values.
/// </summary>
public sealed class TunerTestHost : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-tuner-test-");
    private readonly Tuner _tuner;
    private readonly TunerDeclaration _declaration = new();
    private readonly TestLog _log = new();
    private readonly Journal _journal;
    private readonly ChangeLog _changes;
    private readonly ChangeApplier _applier;
    private readonly OverrideRegistry _overrides;
    private readonly Host _host;

    /// <summary>Starts a tuner.</summary>
    /// <param name="tuner">The tuner; its BPF object is not loaded.</param>
    /// <param name="kernel">What it finds; null for a kernel without any setting.</param>
    public TunerTestHost(Tuner tuner, FakeKernel? kernel = null)
    {
        ArgumentNullException.ThrowIfNull(tuner);
        _tuner = tuner;
        Kernel = kernel ?? new FakeKernel();
        _journal = new Journal(Path.Combine(_directory.FullName, "state", "journal.jsonl"), Clock, _log);
        _overrides = new OverrideRegistry(_journal, _ => _log);
        var words = new WordWatch(
            new KnownValues(_journal, Clock), _overrides, _journal, Kernel, new NoWriteHints(), Kernel.Global, Clock.After, Clock, _log);
        _changes = new ChangeLog(Clock.After, Clock, _ => _log);
        _applier = new ChangeApplier(
            _journal, Kernel, _overrides, words, _changes, Clock, Clock.After, _ => _log,
            (_, effect, where) => effect.Read(file => Kernel.ReadFile(file, where)), availablePages: () => AvailablePages);
        tuner.Declare(_declaration);
        _overrides.Manage(tuner.Name, _declaration.Tunables);
        _host = new Host(this);
        tuner.Start(_host, bpf: null);
    }

    /// <summary>The values and files that the tuner sees.</summary>
    public FakeKernel Kernel { get; }

    /// <summary>The clock.</summary>
    public FakeClock Clock { get; } = new();

    /// <summary>Memory that may be promised, in pages.</summary>
    public long AvailablePages { get; set; } = 1_000_000;

    /// <summary>How far values move at a time.</summary>
    public LearningRate LearningRate { get; set; } = LearningRate.Default;

    /// <summary>The latest changes, newest first, each with the standing of its trial.</summary>
    public IReadOnlyList<Change> Changes => _changes.Recent;

    /// <summary>Lines of the log, each with its level.</summary>
    public IReadOnlyList<(LogLevel Level, string Text)> Log => _log.Lines;

    /// <summary>Whether an administrator's setting has stopped the tuner in a namespace.</summary>
    public bool IsStopped(NetworkNamespace? where = null) => _overrides.IsOverridden(_tuner.Name, where ?? Kernel.Global);

    /// <summary>
    /// An event as its program would send it. One whose kind the tuner has had held back is held back, and counted: it
    /// shows in the next one's <see cref="EventHeader.Suppressed"/>.
    /// </summary>
    /// <param name="kind">The tuner's number for it.</param>
    /// <param name="record">The record; its header is the test host's business.</param>
    /// <param name="where">Where it happens; the global namespace by default.</param>
    /// <returns>Whether the tuner got it.</returns>
    public bool Send<T>(ushort kind, T record, NetworkNamespace? where = null)
        where T : unmanaged
    {
        var place = where ?? Kernel.Global;
        if (_host.HoldsBack(place.Id, kind))
            return false;
        var header = new EventHeader { Kind = kind, Suppressed = _host.TakeSuppressed(place.Id, kind) };
        _host.Place = place;
        try
        {
            _declaration.Events[kind].Invoke(new TunerEvent(in header, place), MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in record)));
        }
        finally
        {
            _host.Place = null;
        }

        return true;
    }

    /// <summary>A namespace ends.</summary>
    public void End(NetworkNamespace where)
    {
        _tuner.OnNamespaceGone(where.Id);
        _applier.NamespaceGone(where);
    }

    /// <summary>The tuner is unloaded: what of its raises is not judged yet is taken back.</summary>
    public void Stop()
    {
        _applier.TunerStopped(_tuner.Name);
        _tuner.OnStopping();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _journal.Dispose();
        _directory.Delete(recursive: true);
    }

    private sealed class Host(TunerTestHost test) : ITunerHost
    {
        private readonly Dictionary<(NamespaceId Place, ushort Kind), (long At, TimeSpan Length, uint Suppressed)> _mutes = [];

        /// <summary>Where the event comes from that is being handled; null between events.</summary>
        internal NetworkNamespace? Place { get; set; }

        public ILogger Log => test._log;

        public LearningRate LearningRate => test.LearningRate;

        public TimeProvider Time => test.Clock;

        public NetworkNamespace GlobalNamespace => test.Kernel.Global;

        public IReadOnlyList<HookStatus> Hooks => [];

        public long AvailablePages => test.AvailablePages;

        public bool HasTenants => false;

        public ProposalOutcome Propose(Proposal proposal) => test._applier.Propose(test._tuner.Name, proposal, new Evidence(Place, NamespaceOwner.Machine));

        public bool IsOverridden(NetworkNamespace networkNamespace) => test.IsStopped(networkNamespace);

        public bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, out TunableValue value) =>
            test.Kernel.TryRead(tunable, networkNamespace, out value!);

        public string? ReadProcNet(NetworkNamespace networkNamespace, string file) => test.Kernel.ReadFile(file, networkNamespace);

        public IDisposable After(TimeSpan delay, Action callback) => test.Clock.After(delay, callback);

        public void RunAside(Action work, Action then)
        {
            work();
            then();
        }

        public void Mute(NetworkNamespace networkNamespace, ushort kind, TimeSpan duration) =>
            _mutes[(networkNamespace.Id, kind)] = (test.Clock.GetTimestamp(), duration, _mutes.GetValueOrDefault((networkNamespace.Id, kind)).Suppressed);

        internal bool HoldsBack(NamespaceId place, ushort kind)
        {
            if (!_mutes.TryGetValue((place, kind), out var mute) || test.Clock.GetElapsedTime(mute.At) >= mute.Length)
                return false;
            _mutes[(place, kind)] = mute with { Suppressed = mute.Suppressed + 1 };
            return true;
        }

        internal uint TakeSuppressed(NamespaceId place, ushort kind) => _mutes.Remove((place, kind), out var mute) ? mute.Suppressed : 0;
    }

    private sealed class TestLog : ILogger
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception)));
    }
}
