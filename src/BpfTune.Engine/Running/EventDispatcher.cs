using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Plugins;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Running;

/// <summary>Hands each record of the shared ring buffer to whom it belongs.</summary>
internal sealed class EventDispatcher : IRingBufferHandler
{
    private readonly Dictionary<ushort, RunningTuner> _tuners = [];

    /// <summary>Takes the engine's own events.</summary>
    public required EngineEventHandler OnEngineEvent { get; init; }

    /// <summary>Finds an event's namespace; null when it is gone or unreachable.</summary>
    public required Func<EventHeader, NetworkNamespace?> Resolve { get; init; }

    /// <summary>Knows whose code runs.</summary>
    public required TunerCalls Calls { get; init; }

    /// <summary>Told what the engine's own part of it throws: that costs the one event.</summary>
    public required FaultLog Faults { get; init; }

    /// <summary>Told when a tuner's handler threw.</summary>
    public required Action<RunningTuner, Exception> OnFailure { get; init; }

    /// <summary>Records read.</summary>
    public long Events { get; private set; }

    /// <summary>Events that the kernel held back.</summary>
    public long Suppressed { get; private set; }

    /// <summary>Events whose namespace was gone by the time they were read, or cannot be reached.</summary>
    public long Homeless { get; private set; }

    /// <summary>Records of nobody: left over from a tuner that has been unloaded, or too short.</summary>
    public long Stray { get; private set; }

    public void Add(RunningTuner tuner) => _tuners.Add(tuner.Id, tuner);

    public void Remove(RunningTuner tuner) => _tuners.Remove(tuner.Id);

    public void OnRecord(ReadOnlySpan<byte> record)
    {
        try
        {
            Dispatch(record);
        }
        catch (Exception e)
        {
            // Finding a namespace, reading a value: there will be further events.
            Faults.Report("the handling of an event", e);
        }
    }

    private void Dispatch(ReadOnlySpan<byte> record)
    {
        Events++;
        if (record.Length < Unsafe.SizeOf<EventHeader>())
        {
            Stray++;
            return;
        }

        ref readonly var header = ref MemoryMarshal.AsRef<EventHeader>(record);
        Suppressed += header.Suppressed;
        if (header.TunerId == 0)
        {
            OnEngineEvent(in header, record);
            return;
        }

        if (!_tuners.TryGetValue(header.TunerId, out var tuner)
            || !tuner.Events.TryGetValue(header.Kind, out var binding)
            || record.Length < binding.Size)
        {
            Stray++;
            return;
        }

        tuner.EventCount++;
        tuner.SuppressedCount += header.Suppressed;
        if (Resolve(header) is not { } networkNamespace)
        {
            Homeless++;
            return;
        }

        try
        {
            using var call = Calls.Enter(tuner.Site, "an event handler");
            tuner.Handle(binding, in header, networkNamespace, record);
        }
        catch (Exception e)
        {
            OnFailure(tuner, e);
        }
    }
}
