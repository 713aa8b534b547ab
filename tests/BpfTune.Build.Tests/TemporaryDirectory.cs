namespace BpfTune.Build.Tests;

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bpftune-build-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name.TrimStart('/'));

    /// <summary>Writes a file below the directory, and returns its path.</summary>
    public string Write(string name, string content)
    {
        var file = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
