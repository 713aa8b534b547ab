using BpfTune.Engine;
using BpfTune.Engine.Control;
using Microsoft.Extensions.Logging;

namespace BpfTune.Daemon;

/// <summary>Makes the engine.</summary>
internal delegate EngineHandle EngineFactory(EngineOptions options, ILoggerFactory loggers, TimeProvider time, IEngineObserver observer);
