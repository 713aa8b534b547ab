namespace BpfTune.Skeletons.Model;

/// <summary>A bit-field, read and written through a whole integer that covers it.</summary>
/// <param name="Name">Not escaped.</param>
/// <param name="Type">As written in C#.</param>
/// <param name="Form">How the bits become a value of that type.</param>
/// <param name="Shift">The bits below it in its integer.</param>
/// <param name="Width">Its own bits, 1 to 64.</param>
/// <param name="UnitOffset">Where the integer lies, bytes from the start of the struct.</param>
/// <param name="UnitSize">Bytes of the integer: 1, 2, 4 or 8.</param>
internal sealed record BitFieldModel(string Name, string Type, BitFieldForm Form, int Shift, int Width, int UnitOffset, int UnitSize);
