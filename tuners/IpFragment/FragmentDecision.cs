namespace BpfTune.Tuners.IpFragment;

/// <summary>What to do when the memory for fragments is nearly used up.</summary>
internal enum FragmentDecision
{
    /// <summary>Memory is not what binds.</summary>
    Wait,

    /// <summary>Next to nothing is put together: fragments that are never completed would fill more memory just as well.</summary>
    Starve,

    /// <summary>Datagrams are put together, and more could be.</summary>
    Raise,
}
