namespace BpfTune.Engine.Plugins;

/// <summary>
/// A tuner's file, checked and read. The content is a copy: what happens to the file afterwards does not matter. It is
/// large; let go of the instance once the tuner is loaded.
/// </summary>
/// <param name="Name">The tuner's name by the file's name.</param>
/// <param name="Path">The file in full, for messages; it is not opened again.</param>
/// <param name="Identity">Which state of the file was read.</param>
/// <param name="Content">The assembly.</param>
/// <param name="Precompiled">Whether it holds machine code (ReadyToRun); without, every method is compiled at its first call.</param>
public sealed record TunerFile(string Name, string Path, FileIdentity Identity, ReadOnlyMemory<byte> Content, bool Precompiled);
