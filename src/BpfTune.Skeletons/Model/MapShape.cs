namespace BpfTune.Skeletons.Model;

/// <summary>How user space sees a map's entries.</summary>
internal enum MapShape
{
    /// <summary>No typed keys and values: ring buffers, queues, maps of descriptors, socket storage.</summary>
    Untyped,

    /// <summary>One value per key.</summary>
    Typed,

    /// <summary>One value per key and CPU.</summary>
    PerCpu,
}
