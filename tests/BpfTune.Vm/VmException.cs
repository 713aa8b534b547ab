namespace BpfTune.Vm;

/// <summary>A virtual machine, or one of its images, did not come about; the message says which and why.</summary>
public sealed class VmException : Exception
{
    /// <summary>Makes one with its message.</summary>
    public VmException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with its message and what led to it.</summary>
    public VmException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
