namespace BpfTune.Settings;

/// <summary>A line of a settings file that was not understood, or a file that was not read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">Its line, from 1; 0 when the file as a whole is meant.</param>
/// <param name="Text">What is wrong with it.</param>
/// <param name="MayLimit">
/// Whether it could have asked for less tuning than there is without it: then the daemon does not start.
/// </param>
internal sealed record SettingsProblem(string Path, int Line, string Text, bool MayLimit = false)
{
    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? $"{Path}: {Text}" : $"{Path}:{Line}: {Text}";
}
