using BpfTune.LibBpf;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>While it lives, what libbpf prints goes to the log, at debug: what matters of it is in the exceptions.</summary>
internal sealed class LibBpfLogging : IDisposable
{
    public LibBpfLogging(ILogger log) => LibBpfLog.Sink = (_, text) => EngineLog.LibBpf(log, text.TrimEnd());

    public void Dispose() => LibBpfLog.Sink = null;
}
