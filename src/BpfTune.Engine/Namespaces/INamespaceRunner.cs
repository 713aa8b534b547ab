using BpfTune.Sdk;

namespace BpfTune.Engine.Namespaces;

/// <summary>Runs code with a network namespace as the calling thread's own.</summary>
public interface INamespaceRunner
{
    /// <summary>
    /// Runs a function inside a namespace and waits for it. In the function <c>/proc/sys/net</c> is the namespace's;
    /// <c>/proc/net</c> is not (it follows the thread group leader): use <c>/proc/thread-self/net</c>.
    /// </summary>
    /// <exception cref="NamespaceGoneException">The namespace is gone.</exception>
    /// <exception cref="NamespaceException">The namespace may not be entered.</exception>
    T Run<T>(NetworkNamespace networkNamespace, Func<T> action);
}
