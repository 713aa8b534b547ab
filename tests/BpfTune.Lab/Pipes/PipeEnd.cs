using System.Globalization;
using System.Net;

namespace BpfTune.Lab;

/// <summary>Sets up the device at one end of a pipe.</summary>
internal static class PipeEnd
{
    internal static void Configure(string netns, string device, IPAddress ipv4, IPAddress ipv6, int mtu, int queue)
    {
        string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

        Tool.Run("ip", "-n", netns, "link", "set", device, "mtu", Text(mtu), "txqueuelen", Text(queue), "up").OrThrow();
        Tool.Run("ip", "-n", netns, "address", "add", $"{ipv4}/24", "dev", device).OrThrow();

        // A kernel with IPv6 turned off is no fault of the pipe. Duplicate address detection would cost a second.
        if (File.Exists("/proc/net/if_inet6"))
        {
            Tool.Run("ip", "-n", netns, "address", "add", $"{ipv6}/64", "dev", device, "nodad").OrThrow();
        }
    }
}
