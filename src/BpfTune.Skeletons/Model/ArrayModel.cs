namespace BpfTune.Skeletons.Model;

/// <summary>An inline array type: generic over its element, or of characters.</summary>
/// <param name="Length">How many elements.</param>
/// <param name="IsText">Whether the elements are C's char.</param>
internal readonly record struct ArrayModel(int Length, bool IsText);
