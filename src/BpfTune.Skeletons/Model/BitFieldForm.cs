namespace BpfTune.Skeletons.Model;

/// <summary>How the bits of a bit-field become a value.</summary>
internal enum BitFieldForm
{
    Unsigned,
    Signed,
    Boolean,
}
