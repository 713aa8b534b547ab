using System.Net;

namespace BpfTune.Lab;

/// <summary>The addresses of a pipe's ends. They exist in its namespaces only, so every pipe has the same.</summary>
public static class PipeAddresses
{
    /// <summary>IPv4 address of end A (prefix length 24).</summary>
    public static IPAddress A4 { get; } = IPAddress.Parse("10.77.0.1");

    /// <summary>IPv4 address of end B.</summary>
    public static IPAddress B4 { get; } = IPAddress.Parse("10.77.0.2");

    /// <summary>IPv6 address of end A (prefix length 64).</summary>
    public static IPAddress A6 { get; } = IPAddress.Parse("fd77:6c61:62::1");

    /// <summary>IPv6 address of end B.</summary>
    public static IPAddress B6 { get; } = IPAddress.Parse("fd77:6c61:62::2");
}
