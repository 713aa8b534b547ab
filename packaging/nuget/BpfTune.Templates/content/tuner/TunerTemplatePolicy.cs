using BpfTune.Sdk;

namespace TunerTemplate;

/// <summary>How net.core.somaxconn moves: a pure function from what was seen to what is wanted, easy to test.</summary>
internal static class TunerTemplatePolicy
{
    /// <summary>Never more, whatever a program asks for: the kernel keeps the length of a queue in 16 bits of some statistics.</summary>
    public const long Ceiling = 65535;

    /// <summary>The limit for a listener that was given so long a queue.</summary>
    /// <param name="limit">net.core.somaxconn now.</param>
    /// <param name="backlog">What the listener got. As much as the limit means that it may have asked for more.</param>
    /// <param name="rate">How far to move at a time.</param>
    public static long Decide(long limit, long backlog, LearningRate rate) => backlog < limit ? limit : rate.Raise(limit, Ceiling);
}
