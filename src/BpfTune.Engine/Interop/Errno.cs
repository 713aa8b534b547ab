using System.Runtime.InteropServices;

namespace BpfTune.Engine;

/// <summary>Names of the error numbers that the engine tells apart, and a plain phrase for any of them.</summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int ESRCH = 3;
    internal const int EINTR = 4;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int EBUSY = 16;
    internal const int ENOTDIR = 20;
    internal const int EINVAL = 22;
    internal const int ENOSPC = 28;
    internal const int EROFS = 30;
    internal const int ERANGE = 34;

    /// <summary>The name, for example 'EPERM'; 'errno 123' for one that is not listed.</summary>
    internal static string Name(int errno) => errno switch
    {
        EPERM => nameof(EPERM),
        ENOENT => nameof(ENOENT),
        ESRCH => nameof(ESRCH),
        EINTR => nameof(EINTR),
        EAGAIN => nameof(EAGAIN),
        ENOMEM => nameof(ENOMEM),
        EACCES => nameof(EACCES),
        EBUSY => nameof(EBUSY),
        ENOTDIR => nameof(ENOTDIR),
        EINVAL => nameof(EINVAL),
        ENOSPC => nameof(ENOSPC),
        EROFS => nameof(EROFS),
        ERANGE => nameof(ERANGE),
        _ => $"errno {errno}",
    };

    /// <summary>What the C library says, in lower case, with the name behind it.</summary>
    internal static string Phrase(int errno)
    {
        var text = Marshal.GetPInvokeErrorMessage(errno);
        return text.Length == 0 ? Name(errno) : $"{char.ToLowerInvariant(text[0])}{text[1..]} ({Name(errno)})";
    }
}
