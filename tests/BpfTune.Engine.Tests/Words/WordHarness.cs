using BpfTune.Engine.Tests.Tuning;
using BpfTune.Engine.Tuning;
using BpfTune.Engine.Words;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Words;

/// <summary>The real way from a proposal to the kernel over a fake kernel in which others write too.</summary>
internal sealed class WordHarness : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<NamespaceId, NetworkNamespace> _places = new()
    {
        [Sample.Global.Id] = Sample.Global, [Sample.Blue.Id] = Sample.Blue, [Sample.Red.Id] = Sample.Red,
    };

    private readonly List<NetworkNamespace> _met = [];
    private readonly RuleGate? _gate;

    /// <param name="gate">What settings let pass, made of the clock and the log; null where there are none.</param>
    public WordHarness(Func<TimeProvider, ListLogger, RuleGate>? gate = null)
    {
        _gate = gate?.Invoke(Time, Log);
        Timers = new ManualTimers(Time);
        foreach (var place in _places.Values)
        {
            Store[place, Sample.Backlog] = "128";
            Store[place, Sample.Rmem] = "4096 5000 6000";
            Store[place, Sample.Buffer] = "1000";
            Store[place, Sample.BufferMaximum] = "1000";
        }

        Store[Sample.Global, Sample.TcpMem] = "1 2 3";
        Start();
    }

    public ManualTime Time { get; } = new();

    public ManualTimers Timers { get; }

    public ListLogger Log { get; } = new();

    public MemoryStore Store { get; } = new();

    /// <summary>Files below /proc/net of each namespace.</summary>
    public Dictionary<(NamespaceId Place, string File), string> ProcNet { get; } = [];

    public FakeHints Hints { get; private set; } = null!;

    public Journal Journal { get; private set; } = null!;

    public OverrideRegistry Overrides { get; private set; } = null!;

    public WordWatch Words { get; private set; } = null!;

    public ValueSweep Sweep { get; private set; } = null!;

    public ChangeApplier Applier { get; private set; } = null!;

    public ChangeLog Changes { get; private set; } = null!;

    public List<AdministratorOverride> Stopped { get; } = [];

    /// <summary>A daemon starts, with what the one before it left behind.</summary>
    public void Start()
    {
        _met.Clear();
        Journal = new Journal(_directory["journal.jsonl"], Time, Log, null, "boot");
        Hints = new FakeHints(Time);
        Overrides = new OverrideRegistry(Journal, _ => Log);
        var known = new KnownValues(Journal, Time);
        Words = new WordWatch(known, Overrides, Journal, Store, Hints, Sample.Global, Timers.After, Time, Log)
        {
            Resolve = (slot, _) => _places.GetValueOrDefault(slot.Place),
            Stopped = Stopped.Add,
        };
        Sweep = new ValueSweep(Words, known, () => [Sample.Global, .. _met], Timers.After, Time);
        Words.LookEverywhere = Sweep.LookEverywhere;
        Changes = new ChangeLog(Timers.After, Time, _ => Log);
        Applier = new ChangeApplier(Journal, Store, Overrides, Words, Changes, Time, Timers.After, _ => Log, (_, effect, where) => effect.Read(file => ProcNet.GetValueOrDefault((where.Id, file))))
        {
            Gate = _gate,
        };
        Overrides.Manage("tcp", [Sample.Backlog, Sample.Rmem, Sample.TcpMem, Sample.Buffer, Sample.BufferMaximum]);
        Settle();
    }

    /// <summary>Something happens in a namespace for the first time.</summary>
    public void Meet(NetworkNamespace place)
    {
        _met.Add(place);
        Sweep.OnFound(place);
        Timers.Advance(TimeSpan.FromMilliseconds(100));
    }

    public void Restart()
    {
        Stop();
        Start();
    }

    public void Stop()
    {
        Words.Flush();
        Sweep.Stop();
        Journal.Dispose();
    }

    /// <summary>Somebody sets a value; the kernel tells of it first, and may refuse it.</summary>
    public void Write(
        string value, NetworkNamespace? place = null, Tunable? tunable = null, string command = "sysctl", uint pid = 4242, bool refused = false)
    {
        var (where, what) = (place ?? Sample.Blue, tunable ?? Sample.Backlog);
        Hints.Tell(what, where.Id, Store[where, what], value, command, pid);
        if (!refused)
            Store[where, what] = value;
    }

    public ProposalOutcome Propose(string wanted, NetworkNamespace? place = null, Tunable? tunable = null)
    {
        var (where, what) = (place ?? Sample.Blue, tunable ?? Sample.Backlog);
        return Applier.Propose("tcp", Sample.Propose(what, where, Store[where, what], wanted));
    }

    public string Value(NetworkNamespace? place = null) => Store[place ?? Sample.Blue, Sample.Backlog];

    public bool IsStopped(NetworkNamespace? place = null) => Overrides.IsOverridden("tcp", place ?? Sample.Blue);

    /// <summary>Time passes until all is judged.</summary>
    public void Settle()
    {
        Words.Process();
        Timers.Advance(TimeSpan.FromSeconds(8));
    }

    public void Dispose()
    {
        Journal.Dispose();
        _directory.Dispose();
    }
}
