using BpfTune.Engine.Control;

namespace BpfTune.Engine.Tests.Control;

/// <summary>An engine with fixed answers that notes the commands it gets.</summary>
public sealed class FakeQueries : IEngineQueries
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public List<string> Commands { get; } = [];

    /// <summary>Thrown by every query when set.</summary>
    public Exception? Failure { get; set; }

    public HookReport Working { get; } = new(
        "receive_buffer", "tp_btf", "tcp_rcv_space_adjust", null,
        [new AttemptReport("tp_btf", "tcp_rcvbuf_grow", "kernel has no tracepoint tcp_rcvbuf_grow to trace")]);

    public HookReport Lost { get; } = new(
        "syn_flood", null, null, "the SYN backlog is not tuned",
        [new AttemptReport("fentry", "tcp_syn_flood_action", "the kernel refuses it (EPERM), lockdown is integrity")]);

    public List<ChangeReport> AllChanges { get; } =
    [
        new(Noon, "tcp_buffer", "net.ipv4.tcp_rmem", "blue", "4096 131072 6291456", "4096 131072 7864320",
            "rcvbuf_near_max", "rcvbuf 6291456 of max 6291456, 12 sockets in 2 s"),
        new(Noon.AddMinutes(-1), "tcp_buffer", "net.ipv4.tcp_wmem", "global", "4096 16384 4194304", "4096 16384 5242880",
            "sndbuf_near_max", "sndbuf 4194304 of max 4194304, 1 socket in 2 s"),
    ];

    public EngineStatus AtOnce() => Checked(new EngineStatus(
        "0.1.0", 4242, Noon, 185.25, "6.18.0", 4, true, false, "/sys/fs/cgroup", [Working], Tuners(null), TunablesAtOnce(null), 3, 120, 2, 7, 2, null));

    /// <summary>What happens before a status is complete, a step each.</summary>
    public IReadOnlyList<Action> StatusSteps { get; set; } = [];

    public IEnumerable<EngineStatus?> Status()
    {
        foreach (var step in StatusSteps)
        {
            step();
            yield return null;
        }

        yield return AtOnce();
    }

    public IReadOnlyList<TunerReport> Tuners(string? tuner)
    {
        Known(tuner);
        return Checked<IReadOnlyList<TunerReport>>(
        [
            new("tcp_buffer", "TCP buffer sizes", TunerState.Running, null, "/usr/lib/bpftune/tcp_buffer.tuner.dll",
                [Working, Lost],
                [new OverrideReport("net.ipv4.tcp_rmem", "blue", 77, "sysctl", Noon)],
                [new FactReport("largest bandwidth-delay product", "3 MB")],
                new TunerCounts(Events: 120, Applied: 2, CoolingDown: 1)),
            .. tuner is null
                ? (TunerReport[])[new("route_table", "the IPv6 route cache", TunerState.NotNeeded, "the limit is gone since 6.3", null, [], [], [], new TunerCounts())]
                : [],
        ]);
    }

    public IEnumerable<IReadOnlyList<TunableReport>?> Tunables(string? tuner) => [TunablesAtOnce(tuner)];

    public IReadOnlyList<TunableReport> TunablesAtOnce(string? tuner)
    {
        Known(tuner);
        return Checked<IReadOnlyList<TunableReport>>(
        [
            new("tcp_buffer", "net.ipv4.tcp_rmem", "namespace", "bytes", "receive buffer of a TCP socket",
                [new MemberReport("min", 4096, int.MaxValue), new MemberReport("max", 4096, 1 << 30)],
                [new TunableValueReport("global", "4096 131072 6291456", null, 0), new TunableValueReport("blue", "4096 131072 7864320", "4096 131072 6291456", 1)]),
        ]);
    }

    public IReadOnlyList<ChangeReport> Changes(int limit) => Checked<IReadOnlyList<ChangeReport>>([.. AllChanges.Take(limit)]);

    public IReadOnlyList<AdviceReport> Advice(bool all)
    {
        AdviceReport[] seen =
        [
            new("1a2b3c4d", "udp_buffer", "net.core.rmem_max", "", "global", "udp_drops_at_maximum_buffer", false)
            {
                First = Noon, Last = Noon.AddMinutes(5), Count = 3, Value = "212992", Advised = "266240", Evidence = "12 datagrams dropped",
            },
        ];
        return Checked<IReadOnlyList<AdviceReport>>(
            all ? [.. seen, new("00c0ffee", "tcp_buffer", "net.ipv4.tcp_rmem", "max", "blue", "rcvbuf_near_max", true)] : seen);
    }

    public IReadOnlyList<AdviceOrderReport> Apply(IReadOnlyList<string> ids) => Ordered("apply", ids);

    public IReadOnlyList<AdviceOrderReport> Ignore(IReadOnlyList<string> ids) => Ordered("ignore", ids);

    private IReadOnlyList<AdviceOrderReport> Ordered(string order, IReadOnlyList<string> ids)
    {
        if (ids.FirstOrDefault(id => id is not ("1a2b3c4d" or "00c0ffee")) is { } unknown)
            throw new ControlException(ControlError.BadRequest, $"there is no advice '{unknown}'");
        Commands.Add($"{order} {string.Join(' ', ids)}");
        return Checked<IReadOnlyList<AdviceOrderReport>>([.. ids.Select(id => new AdviceOrderReport(id, id != "00c0ffee", $"{order} of {id}"))]);
    }

    public RunSummary Summary() => Checked(new RunSummary(
    [
        new("tcp_buffer", "net.ipv4.tcp_rmem", "blue", "rcvbuf_near_max", 3, "4096 131072 6291456", "4096 131072 12582912", "12 sockets in 2 s"),
    ],
    [new DeedReport("tcp_conn", "6 connections were switched to bbr for loss")]));

    public IReadOnlyList<NamespaceReport> Namespaces() => Checked<IReadOnlyList<NamespaceReport>>(
        [new("global", 4026531840, 1, true), new("blue", 4026532000, 0, false)]);

    public ResumeReport Resume(string tuner, string? networkNamespace)
    {
        Known(tuner);
        Commands.Add($"resume {tuner} {networkNamespace ?? "everywhere"}");
        return Checked(new ResumeReport(tuner, [networkNamespace ?? "blue"]));
    }

    /// <summary>Called before each value that is put back.</summary>
    public Action? OnRollbackStep { get; set; }

    /// <summary>Values that are put back.</summary>
    public int RollbackSteps { get; set; } = 1;

    public IEnumerable<RollbackReport> Rollback(bool preview)
    {
        Commands.Add(preview ? "preview" : "rollback");
        for (var i = 0; i < RollbackSteps; i++)
        {
            OnRollbackStep?.Invoke();
            yield return Checked(new RollbackReport(
                "net.ipv4.tcp_rmem", "blue", "4096 131072 7864320", "4096 131072 6291456", preview ? "would_restore" : "restored", "net.ipv4.tcp_rmem in namespace blue is put back"));
        }
    }

    private static void Known(string? tuner)
    {
        if (tuner is not (null or "tcp_buffer"))
            throw new ControlException(ControlError.BadRequest, $"there is no tuner '{tuner}'");
    }

    private T Checked<T>(T value) => Failure is null ? value : throw Failure;
}
