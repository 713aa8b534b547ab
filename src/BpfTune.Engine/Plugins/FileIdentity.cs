namespace BpfTune.Engine.Plugins;

/// <summary>Which file, and which state of it: another identity means that the content may be another.</summary>
/// <param name="Device">Device number, major in the upper half.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedNs">Last change of the content, nanoseconds since 1970.</param>
/// <param name="ChangedNs">Last change of content or attributes, nanoseconds since 1970.</param>
public readonly record struct FileIdentity(ulong Device, ulong Inode, ulong Size, long ModifiedNs, long ChangedNs)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    internal static FileIdentity Of(in Interop.Files.Statistics s) => new(
        ((ulong)s.DeviceMajor << 32) | s.DeviceMinor,
        s.Inode,
        s.Size,
        s.ModifiedSeconds * NanosecondsPerSecond + s.ModifiedNanoseconds,
        s.ChangedSeconds * NanosecondsPerSecond + s.ChangedNanoseconds);

    /// <summary>Whether it is the same file, in whatever state.</summary>
    internal bool IsSameFile(in FileIdentity other) => Device == other.Device && Inode == other.Inode;
}
