namespace BpfTune.Engine.Control;

/// <summary>The answer to a request: a reply, or work that takes so long that it is done in steps.</summary>
public sealed class ControlAnswer
{
    private readonly Func<bool>? _step;
    private readonly Func<byte[]>? _end;

    private ControlAnswer(byte[] reply) => Reply = reply;

    private ControlAnswer(Func<bool> step, Func<byte[]> end) => (_step, _end) = (step, end);

    /// <summary>The reply with its line feed; null when it is still to be made.</summary>
    public byte[]? Reply { get; }

    /// <summary>An answer that is complete.</summary>
    public static implicit operator ControlAnswer(byte[] reply) => new(reply);

    /// <summary>An answer that is made of what each step of the work gives.</summary>
    /// <param name="work">The work.</param>
    /// <param name="end">Makes the reply when there is no step left.</param>
    internal static ControlAnswer InSteps<T>(IEnumerable<T> work, Func<IReadOnlyList<T>, byte[]> end)
    {
        var (steps, results) = (work.GetEnumerator(), new List<T>());
        return new ControlAnswer(
            () =>
            {
                if (!steps.MoveNext())
                {
                    steps.Dispose();
                    return false;
                }

                results.Add(steps.Current);
                return true;
            },
            () => end(results));
    }

    /// <summary>Takes a step; false when there is none left.</summary>
    internal bool Step() => _step!();

    /// <summary>The reply, after the last step.</summary>
    internal byte[] End() => _end!();
}
