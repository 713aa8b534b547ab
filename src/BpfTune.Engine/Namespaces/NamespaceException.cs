namespace BpfTune.Engine.Namespaces;

/// <summary>A network namespace could not be used; the message is a sentence for a person.</summary>
public class NamespaceException : Exception
{
    /// <inheritdoc cref="NamespaceException"/>
    public NamespaceException(string message)
        : base(message)
    {
    }
}
