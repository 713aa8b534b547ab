using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// Opens a tuner's file once, checks through that descriptor whose it is, and reads it through the same: what was
/// checked is what is loaded.
/// </summary>
internal static class TunerFileCheck
{
    /// <summary>
    /// Which file lies under a name, without opening it. Null when there is none.
    /// </summary>
    internal static FileIdentity? Peek(SafeFileHandle directory, string fileName) =>
        Interop.Files.statx(directory, fileName, Interop.Files.SymbolicLinkNoFollow, Interop.Files.BasicStatistics, out var statistics) == 0
            ? FileIdentity.Of(statistics)
            : null;

    /// <summary>
    /// Whether a name that has just been made is no file that somebody is about to write: a link, symbolic or hard, is
    /// complete from the start, and no close will follow.
    /// </summary>
    internal static bool IsCompleteAtOnce(SafeFileHandle directory, string fileName) =>
        Interop.Files.statx(directory, fileName, Interop.Files.SymbolicLinkNoFollow, Interop.Files.BasicStatistics, out var statistics) == 0
        && ((statistics.Mode & Interop.Files.TypeMask) != Interop.Files.TypeRegular || statistics.Links > 1);

    /// <summary>Opens, checks and reads. A file that vanished in the meantime is neither read nor refused.</summary>
    internal static TunerFileCheckResult Read(SafeFileHandle directory, string directoryPath, string fileName, TunerTrust trust)
    {
        var path = System.IO.Path.Combine(directoryPath, fileName);
        // Non-blocking, so that a pipe put there in place of a file does not stop the daemon.
        using var file = Interop.Files.Open(
            directory,
            fileName,
            Interop.Files.ReadOnly | Interop.Files.NoFollow | Interop.Files.NonBlocking | Interop.Files.NoControllingTerminal,
            out var errno);
        if (file is null)
            return errno == LibBpf.Errno.ENOENT ? default : Refuse(path, TunerRefusalText.Open(errno));

        if (!TryStatistics(file, out var before, out errno))
            return Refuse(path, TunerRefusalText.Open(errno));
        var wrong = TunerRefusalText.FileType(before.Mode)
            ?? TunerRefusalText.Ownership("it", before.Owner, before.Mode, trust.Owner)
            ?? TunerRefusalText.Size(before.Size);
        if (wrong is not null)
            return Refuse(path, wrong);

        if (!TunerName.TryFromFile(fileName, out var name) || !TunerName.IsValid(name))
            return Refuse(path, TunerRefusalText.BadName(name ?? fileName));

        var content = new byte[before.Size];
        int read;
        try
        {
            read = ReadAll(file, content);
        }
        catch (IOException e)
        {
            return Refuse(path, $"it cannot be read: {e.Message}");
        }

        if (read != content.Length || !TryStatistics(file, out var after, out _) || FileIdentity.Of(after) != FileIdentity.Of(before))
            return Refuse(path, TunerRefusalText.ChangedWhileRead);

        return TunerMetadata.WhyNot(content, RuntimeInformation.ProcessArchitecture, out var precompiled) is { } reason
            ? Refuse(path, reason)
            : new TunerFileCheckResult(new TunerFile(name, path, FileIdentity.Of(before), content, precompiled), null);
    }

    private static TunerFileCheckResult Refuse(string path, string reason) => new(null, new TunerRefusal(path, reason));

    private static bool TryStatistics(SafeFileHandle file, out Interop.Files.Statistics statistics, out int errno)
    {
        var ok = Interop.Files.statx(file, "", Interop.Files.EmptyPath, Interop.Files.BasicStatistics, out statistics) == 0;
        errno = ok ? 0 : Marshal.GetLastPInvokeError();
        return ok;
    }

    private static int ReadAll(SafeFileHandle file, byte[] content)
    {
        var read = 0;
        while (read < content.Length)
        {
            var n = RandomAccess.Read(file, content.AsSpan(read), read);
            if (n == 0)
                break;
            read += n;
        }

        return read;
    }
}
