namespace BpfTune.Engine.Tuning;

/// <summary>The kernel refused to show or to set a sysctl; the message is a sentence for a person.</summary>
public sealed class SysctlException(string message, int errno, bool isAbsent = false) : Exception(message)
{
    /// <summary>What open(2), read(2) or write(2) answered.</summary>
    public int Errno { get; } = errno;

    /// <summary>Whether this kernel, or this namespace, simply has no such sysctl: that is normal.</summary>
    public bool IsAbsent { get; } = isAbsent;
}
