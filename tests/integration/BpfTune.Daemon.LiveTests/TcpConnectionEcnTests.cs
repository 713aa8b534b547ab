using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using BpfTune.Engine.Kernel;
using BpfTune.Lab;
using BpfTune.LibBpf;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Daemon.LiveTests;

/// <summary>
/// What tcp_conn's program in the kernel reserves for routes with ECN. dctcp is a module that not every kernel has, so
/// reno stands in for it: the program knows algorithms by number only.
/// </summary>
public sealed class TcpConnectionEcnTests
{
    private const byte None = 255;

    [Fact]
    public void An_algorithm_for_ecn_is_chosen_where_the_route_has_it_and_nowhere_else()
    {
        Suite.Require();
        using var allowed = SysctlOverride.Set("net.ipv4.tcp_allowed_congestion_control", Sysctl.Read("net.ipv4.tcp_available_congestion_control"));
        using var site = LabSite.Create(new PipeOptions { Rate = 50_000_000, Delay = TimeSpan.FromMilliseconds(5) });
        site.Sender.WriteSysctl("net.ipv4.tcp_congestion_control", "cubic");
        using var cgroup = CgroupRoot.Locate(null, NullLogger.Instance);
        using var bpf = BpfObject.Open(Image(), "tcp_conn").Load();
        using var link = bpf.Program("bpftune_conn_so").AttachCgroup(cgroup.Handle);

        bpf.Map("bpftune_conn_name").Update(Bytes(0u), Padded("reno", 16));
        // struct conn_choice: nothing is known or tried, and number 0 is best where there is ECN.
        byte[] choice = [.. new byte[22], None, 0, .. new byte[4]];
        bpf.Map("bpftune_conn_choice").Update(Key(site), choice);
        // struct conn_permission, as the tuner gives it to a namespace that it may tune; the inode alone says which.
        bpf.Map("bpftune_conn_in").Update(Bytes((uint)site.Sender.Inode), [.. Bytes(0UL), .. Bytes(1u), .. Bytes(0u)]);

        Assert.Equal("cubic", AlgorithmOfNext(site));

        // Both ends agree on ECN, but no administrator said that the way between them has it.
        site.Sender.WriteSysctl("net.ipv4.tcp_ecn", "1");
        Assert.Equal("cubic", AlgorithmOfNext(site));
        site.Sender.WriteSysctl("net.ipv4.tcp_ecn", "2");

        site.Sender.Ip("route", "add", $"{LabPipe.AddressB(false)}/32", "dev", "lab0", "features", "ecn");
        Assert.Equal("reno", AlgorithmOfNext(site));

        // The route has it, the peer does not want it.
        site.Receiver.WriteSysctl("net.ipv4.tcp_ecn", "0");
        Assert.Equal("cubic", AlgorithmOfNext(site));
    }

    private static string AlgorithmOfNext(LabSite site)
    {
        using var transfer = TcpTransfer.Start(site.Sender, site.Receiver, new TcpOptions { Duration = TimeSpan.FromSeconds(30) });
        var shown = site.Sender.Exec("ss", "-tinH", "state", "established").OrThrow().Output;
        return Assert.Single(shown.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), w => w is "cubic" or "reno" or "bbr");
    }

    /// <summary>struct conn_key: namespace, family, the /24 of the receiver.</summary>
    private static byte[] Key(LabSite site)
    {
        var address = LabPipe.AddressB(false).GetAddressBytes();
        address[3] = 0;
        return [.. Bytes((uint)site.Sender.Inode), .. Bytes(4u), .. address, .. Bytes(0u)];
    }

    private static byte[] Bytes<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    private static byte[] Padded(string text, int length)
    {
        var bytes = new byte[length];
        Encoding.ASCII.GetBytes(text, bytes);
        return bytes;
    }

    private static byte[] Image()
    {
        var tuner = Assembly.LoadFrom(Path.Combine(Suite.Tuners, "tcp_conn.tuner.dll"));
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "x86_64" : "arm64";
        using var stream = tuner.GetManifestResourceStream($"bpf/{architecture}/tcp_conn.bpf.o")!;
        var image = new byte[stream.Length];
        stream.ReadExactly(image);
        return image;
    }
}
