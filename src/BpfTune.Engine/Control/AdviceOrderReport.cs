namespace BpfTune.Engine.Control;

/// <summary>What became of an order about advice.</summary>
/// <param name="Id">The advice.</param>
/// <param name="Done">Whether it was carried out.</param>
/// <param name="Text">What was done, or why it was not, in a plain sentence.</param>
public sealed record AdviceOrderReport(string Id, bool Done, string Text);
