namespace BpfTune.Tuners.TcpBuffer;

/// <summary>What to do about a SYN queue that overflowed.</summary>
internal enum SynDecision
{
    /// <summary>Nothing (yet).</summary>
    Wait,

    /// <summary>Memory is short: turn cookies on.</summary>
    CookiesOn,

    /// <summary>Real clients are turned away: a longer queue.</summary>
    RaiseBacklog,

    /// <summary>An attack fills the queue: a shorter one.</summary>
    LowerBacklog,
}
