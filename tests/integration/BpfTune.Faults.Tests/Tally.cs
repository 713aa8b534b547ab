namespace BpfTune.Faults.Tests;

/// <summary>What became of the tries of one kind.</summary>
internal sealed class Tally(string kind)
{
    public string Kind { get; } = kind;

    public int Survived { get; set; }

    public List<Loss> Lost { get; } = [];

    public int Tried => Survived + Lost.Count;
}
