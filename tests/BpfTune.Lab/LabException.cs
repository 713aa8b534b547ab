namespace BpfTune.Lab;

/// <summary>The laboratory could not do what it was asked to; the message is one line for a person.</summary>
public sealed class LabException : Exception
{
    /// <summary>Makes one with its message.</summary>
    public LabException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with its message and what led to it.</summary>
    public LabException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
