using System.Globalization;

namespace BpfTune.Engine.Plugins;

/// <summary>Why a tuner's file or directory is not used: the clause after 'PATH is refused: '.</summary>
internal static class TunerRefusalText
{
    /// <summary>Beyond this many bytes a file is no tuner: the largest are some hundred kilobytes.</summary>
    internal const long LargestFile = 64L << 20;

    /// <summary>What is wrong with owner and mode, or null. The subject is 'it' or 'the directory X'.</summary>
    internal static string? Ownership(string subject, uint owner, int mode, uint expectedOwner)
    {
        if (owner != expectedOwner)
        {
            var expected = expectedOwner == 0 ? "root" : "user " + expectedOwner.ToString(CultureInfo.InvariantCulture);
            return $"{subject} is owned by user {owner}, not by {expected}";
        }

        var writable = mode & Interop.Files.WritableByGroupOrOthers;
        return writable switch
        {
            0 => null,
            0b010_000 => $"{subject} is writable by its group (mode {Octal(mode)})",
            0b000_010 => $"{subject} is writable by everybody (mode {Octal(mode)})",
            _ => $"{subject} is writable by its group and everybody (mode {Octal(mode)})",
        };
    }

    /// <summary>Why something is not an ordinary file, or null.</summary>
    internal static string? FileType(int mode) => (mode & Interop.Files.TypeMask) switch
    {
        Interop.Files.TypeRegular => null,
        Interop.Files.TypeDirectory => "it is a directory",
        Interop.Files.TypeSymbolicLink => SymbolicLink,
        _ => "it is not an ordinary file",
    };

    internal const string SymbolicLink = "it is a symbolic link; the file itself must lie in the directory";

    internal const string ChangedWhileRead = "it changed while it was read";

    /// <summary>Why a size is impossible, or null.</summary>
    internal static string? Size(ulong bytes) => bytes switch
    {
        0 => "it is empty",
        > (ulong)LargestFile => string.Create(CultureInfo.InvariantCulture, $"it is larger than any tuner ({bytes} bytes)"),
        _ => null,
    };

    /// <summary>A file that ends before its own headers say that it does.</summary>
    internal static string CutShort(long present, long expected) =>
        string.Create(CultureInfo.InvariantCulture, $"it is cut short: {present} of {expected} bytes are there");

    /// <summary>Why opening failed.</summary>
    internal static string Open(int errno) => errno switch
    {
        LibBpf.Errno.ELOOP => SymbolicLink,
        Interop.Files.NotADirectory => "it is not a directory",
        _ => $"it cannot be opened: {LibBpf.Errno.Describe(errno)}",
    };

    internal const string NotAnAssembly = "it is not a .NET assembly";

    internal const string Damaged = "it is a damaged assembly, perhaps cut short";

    internal const string NativeLibrary = "it is a native library, not a .NET assembly";

    internal const string NoExport = "it names no tuner (its [assembly: TunerExport] is missing)";

    /// <summary>The interface between engine and tuner has moved on.</summary>
    internal static string InterfaceVersion(int builtAgainst, int offered) => string.Create(
        CultureInfo.InvariantCulture,
        $"it was built for version {builtAgainst} of the tuner interface, and this bpftune has version {offered}: install a matching one");

    /// <summary>An assembly compiled ahead of time for something else.</summary>
    internal static string Architecture(string builtFor, string machine) => $"it was built for {builtFor}, and this machine is {machine}";

    /// <summary>The name is the administrator's handle, so file and tuner must agree.</summary>
    internal static string NameMismatch(string fileName, string tunerName) =>
        $"its tuner calls itself '{tunerName}', so the file must be named {tunerName}{TunerName.Suffix}, not {fileName}";

    /// <summary>A file that ends in '.tuner.dll' but whose name nobody could type at --allow.</summary>
    internal static string BadName(string name) => $"'{Loop.FaultText.OneLine(name)}' is not a tuner name: a lower-case letter, then lower-case letters, digits and underscores";

    internal static string NotATuner(string type) => $"its exported type {type} is not a tuner that can be made (a class derived from Tuner with a public parameterless constructor)";

    internal static string ConstructorFailed(Exception e) => $"its tuner could not be made: {Loop.FaultText.Of(e)}";

    internal static string LoadFailed(string message) => $"the runtime cannot load it: {Loop.FaultText.OneLine(message)}";

    /// <summary>A tuner is one file: it may use the Sdk, LibBpf, logging and the framework.</summary>
    internal static string MissingAssembly(string assembly) => $"it needs the assembly {assembly}, which is not there for tuners";

    private static string Octal(int mode) => Convert.ToString(mode & 0xfff, 8).PadLeft(4, '0');
}
