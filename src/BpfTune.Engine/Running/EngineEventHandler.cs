using BpfTune.Sdk;

namespace BpfTune.Engine.Running;

/// <summary>Handles a record that is the engine's own.</summary>
internal delegate void EngineEventHandler(in EventHeader header, ReadOnlySpan<byte> record);
