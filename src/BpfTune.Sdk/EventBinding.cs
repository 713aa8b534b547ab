using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BpfTune.Sdk;

/// <summary>Ties an event kind to its handler; made by <see cref="TunerDeclaration.On{T}"/>.</summary>
public abstract class EventBinding(ushort kind, int size, TunableScope concerns)
{
    /// <summary>The tuner's number for this kind of event.</summary>
    public ushort Kind { get; } = kind;

    /// <summary>Smallest record that is valid, in bytes.</summary>
    public int Size { get; } = size;

    /// <summary>Whose settings follow from it: with <see cref="TunableScope.Machine"/> a tenant's events are of no account.</summary>
    public TunableScope Concerns { get; } = concerns;

    /// <summary>Calls the handler. The record is at least <see cref="Size"/> bytes long.</summary>
    public abstract void Invoke(in TunerEvent e, ReadOnlySpan<byte> record);

    internal sealed class Of<T>(ushort kind, TunerEventHandler<T> handler, TunableScope concerns)
        : EventBinding(kind, Unsafe.SizeOf<T>(), concerns)
        where T : unmanaged
    {
        public override void Invoke(in TunerEvent e, ReadOnlySpan<byte> record) =>
            handler(in e, in MemoryMarshal.AsRef<T>(record));
    }
}
