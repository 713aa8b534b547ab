namespace BpfTune.Tuners.TcpConnection;

/// <summary>What is known of a remote when a choice is made for it; sets of algorithms have a bit for each.</summary>
/// <param name="Connections">Connections learned from.</param>
/// <param name="IsLossy">The path loses what no queue lost.</param>
/// <param name="IsResting">Something went badly within a day.</param>
/// <param name="Default">What connections have if nothing is chosen; -1 when none was seen.</param>
/// <param name="Candidates">What may be chosen for any connection.</param>
/// <param name="EcnCandidates">What may be chosen besides where the route has ECN.</param>
/// <param name="LossTolerant">What takes a loss for no sign of congestion.</param>
/// <param name="Bad">What went badly within a day.</param>
/// <param name="Limits">The best that was seen.</param>
internal readonly record struct RemoteFacts(
    long Connections,
    bool IsLossy,
    bool IsResting,
    int Default,
    ushort Candidates,
    ushort EcnCandidates,
    ushort LossTolerant,
    uint Bad,
    PathLimits Limits);
