namespace BpfTune.LibBpf;

/// <summary>
/// An operation on a BPF object, program, map or link failed. <see cref="Exception.Message"/> says all in one line and in
/// plain words; the properties say the same to code.
/// </summary>
public sealed class BpfException : Exception
{
    /// <summary>Makes an exception of its parts.</summary>
    /// <param name="message">One line in plain words.</param>
    /// <param name="objectName">The object, program, map or path that was worked on.</param>
    /// <param name="errno">The error number, of either sign.</param>
    public BpfException(string message, string objectName, int errno)
        : base(message)
    {
        ObjectName = objectName;
        Errno = Math.Abs(errno);
    }

    /// <summary>The BPF object, or the map or path when the operation was on no object.</summary>
    public string ObjectName { get; }

    /// <summary>The program that failed; null when it was not a program that did.</summary>
    public string? ProgramName { get; init; }

    /// <summary>The map that failed; null when it was not a map that did.</summary>
    public string? MapName { get; init; }

    /// <summary>How that program gets called; null when it was not a program that failed.</summary>
    public BpfMechanism? Mechanism { get; init; }

    /// <summary>The function, tracepoint or hook that the program is for; null when there is none.</summary>
    public string? Target { get; init; }

    /// <summary>The error number, positive; 4000 and above are libbpf's own.</summary>
    public int Errno { get; }

    /// <summary>The error's symbolic name, such as 'ESRCH'.</summary>
    public string ErrnoName => LibBpf.Errno.Name(Errno);

    /// <summary>
    /// The reason alone, without object and program and without the error's name: 'kernel has no function fib6_age to
    /// trace'.
    /// </summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>The last line in which the kernel's verifier said something of use; null when it was not asked.</summary>
    public string? LastVerifierLine { get; init; }

    /// <summary>All that libbpf and the verifier printed in the course of the operation; null when they were silent.</summary>
    public string? FullLog { get; init; }
}
