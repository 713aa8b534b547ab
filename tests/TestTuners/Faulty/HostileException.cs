namespace BpfTune.TestTuners.Faulty;

/// <summary>An exception that throws when it is asked what happened.</summary>
internal sealed class HostileException : Exception
{
    public override string Message => throw new InvalidOperationException("not even that");

    public override string StackTrace => throw new InvalidOperationException("nor that");

    public override string ToString() => throw new InvalidOperationException("nor that");
}
