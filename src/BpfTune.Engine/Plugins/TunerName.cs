using System.Diagnostics.CodeAnalysis;

namespace BpfTune.Engine.Plugins;

/// <summary>The names of tuners and of their files.</summary>
public static class TunerName
{
    /// <summary>What a tuner's file name ends in.</summary>
    public const string Suffix = ".tuner.dll";

    /// <summary>A lower-case letter, then lower-case letters, digits and underscores.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || !char.IsAsciiLetterLower(name[0]))
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')
                return false;
        }

        return true;
    }

    /// <summary>
    /// Takes the tuner's name from a file name; false for anything that is not exactly NAME.tuner.dll, such as what a
    /// package manager leaves beside it ('.dpkg-new', '.rpmsave', ';5f3a…') or a hidden file.
    /// </summary>
    /// <param name="fileName">Without directory.</param>
    /// <param name="name">The part before <see cref="Suffix"/>; it may still not be <see cref="IsValid"/>.</param>
    public static bool TryFromFile(string fileName, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (!fileName.EndsWith(Suffix, StringComparison.Ordinal) || fileName.Length == Suffix.Length || !char.IsAsciiLetterOrDigit(fileName[0]))
            return false;
        name = fileName[..^Suffix.Length];
        return true;
    }

    /// <summary>
    /// What an administrator typed at --allow: the name itself, or a file name of this suite or of the C program
    /// ('tcp_buffer_tuner.so'). Null when it is none of these.
    /// </summary>
    public static string? FromArgument(string argument)
    {
        foreach (var suffix in (ReadOnlySpan<string>)[Suffix, "_tuner.so"])
        {
            if (argument.EndsWith(suffix, StringComparison.Ordinal))
                argument = argument[..^suffix.Length];
        }

        return IsValid(argument) ? argument : null;
    }
}
