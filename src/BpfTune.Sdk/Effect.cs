namespace BpfTune.Sdk;

/// <summary>
/// How it is known whether a raise of a tunable helped: by a share of losses that it should lessen. What has one is only
/// ever raised on trial: the share is taken before the raise and after it, and a raise that made no difference, or made
/// it worse, is taken back.
/// </summary>
/// <param name="Name">What is lost, as a line of the log names it before two shares: 'drops'.</param>
/// <param name="Read">
/// Reads the counters. It is given a reader of files below /proc/net as the namespace sees them that the evidence came
/// from (null for one that is absent, or when the namespace is gone), and answers null when there is nothing to read.
/// </param>
public sealed record Effect(string Name, Func<Func<string, string?>, EffectReading?> Read)
{
    /// <summary>
    /// How many times its first value a raise may come to before it is judged. Twice, but where half of what is needed is
    /// of no use.
    /// </summary>
    public int Reach { get; init; } = 2;
}
