namespace BpfTune.Engine.Tuning;

/// <summary>The journal cannot be read or written; the message is a sentence for a person.</summary>
public sealed class JournalException(string message, Exception? inner = null) : Exception(message, inner);
