namespace BpfTune.Sdk;

/// <summary>Handles one kind of event.</summary>
/// <typeparam name="T">The record's type as the skeleton declares it; it begins with the header.</typeparam>
/// <param name="e">Header and namespace.</param>
/// <param name="record">The record, in the ring buffer's own memory: copy what must outlive the call.</param>
public delegate void TunerEventHandler<T>(in TunerEvent e, in T record)
    where T : unmanaged;
