using System.Runtime.InteropServices;

namespace BpfTune.Engine;

/// <summary>A plain phrase for any error number: what the C library says of a system call that is not BPF's.</summary>
internal static class ErrorPhrase
{
    /// <summary>The words in lower case, with the name behind: 'read-only file system (EROFS)'.</summary>
    internal static string Of(int errno)
    {
        var text = Marshal.GetPInvokeErrorMessage(errno);
        return text.Length == 0 ? Errno.Name(errno) : $"{char.ToLowerInvariant(text[0])}{text[1..]} ({Errno.Name(errno)})";
    }
}
