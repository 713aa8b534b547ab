namespace BpfTune.Engine.Control;

/// <summary>The answer to a request: a reply, or work that takes so long that it is done in steps.</summary>
public sealed class ControlAnswer
{
    private readonly IEnumerator<RollbackReport>? _work;
    private readonly List<RollbackReport> _reports = [];

    private ControlAnswer(byte[] reply) => Reply = reply;

    internal ControlAnswer(IEnumerable<RollbackReport> work) => _work = work.GetEnumerator();

    /// <summary>The reply with its line feed; null when it is still to be made.</summary>
    public byte[]? Reply { get; }

    internal IReadOnlyList<RollbackReport> Reports => _reports;

    /// <summary>An answer that is complete.</summary>
    public static implicit operator ControlAnswer(byte[] reply) => new(reply);

    /// <summary>Takes a step; false when there is none left.</summary>
    internal bool Step()
    {
        if (!_work!.MoveNext())
        {
            _work.Dispose();
            return false;
        }

        _reports.Add(_work.Current);
        return true;
    }
}
