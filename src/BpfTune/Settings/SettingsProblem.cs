namespace BpfTune.Settings;

/// <summary>A line of a settings file that was passed over.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">Its line, from 1; 0 when the file as a whole is meant.</param>
/// <param name="Text">What is wrong with it.</param>
internal sealed record SettingsProblem(string Path, int Line, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? $"{Path}: {Text}" : $"{Path}:{Line}: {Text}";
}
