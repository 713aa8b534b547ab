namespace BpfTune.Tuners.NeighbourTable;

/// <summary>How many addresses each device of a namespace can have as neighbours, of those devices that wanted any lately.</summary>
internal sealed class DevicePrefixes
{
    /// <summary>Devices of containers come and go for ever; past so many the memory begins anew.</summary>
    private const int MostDevices = 1024;

    /// <summary>Far beyond any table; keeps sums over devices and namespaces within 64 bits.</summary>
    private const ulong MostAddresses = 1UL << 36;

    private readonly Dictionary<uint, long> _addresses = [];

    /// <summary>All together.</summary>
    public long Sum { get; private set; }

    /// <summary>Remembers what a device's prefixes allow now. A device without an address has one neighbour: its peer.</summary>
    public void Set(uint device, ulong addresses)
    {
        if (_addresses.Count >= MostDevices && !_addresses.ContainsKey(device))
        {
            _addresses.Clear();
            Sum = 0;
        }

        var allowed = (long)Math.Clamp(addresses, 1, MostAddresses);
        Sum += allowed - _addresses.GetValueOrDefault(device);
        _addresses[device] = allowed;
    }
}
