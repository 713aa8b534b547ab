using System.Net;
using System.Net.Sockets;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>The engine's own hooks: who comes to life, and who sets what.</summary>
internal static class NamespaceChecks
{
    private const string Tunable = "net.ipv4.tcp_rmem";

    internal static IEnumerable<Check> Run(Version kernel)
    {
        using var site = LabSite.Create(new PipeOptions { Rate = 40_000_000 }, PipeKind.Netem);
        using var daemon = new GuestDaemon([], "-a", "tcp_buffer");
        var status = daemon.Status();
        yield return new Check(
            "engine_hooks", status.Hooks.All(hook => hook.Mechanism is not null),
            string.Join("; ", status.Hooks.Select(hook => $"{hook.Name}: {hook.Mechanism ?? "lost"} {hook.Target}")));

        using (var place = LabNamespace.Create("fresh"))
        {
            place.Run(() =>
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                socket.Connect(IPAddress.Loopback, 9);
            });
            var known = GuestDaemon.Eventually(() => daemon.Namespaces().Any(known => known.Name == place.Name), 5);
            var found = daemon.Namespaces().FirstOrDefault(known => known.Name == place.Name);
            var cookies = kernel >= new Version(5, 14);
            yield return new Check(
                "namespace_is_seen_at_its_first_socket",
                known && found!.Inode == place.Inode && (found.Cookie != 0) == cookies,
                found is null ? "it was not seen" : $"inode {found.Inode}, cookie {found.Cookie}{(cookies ? "" : " (this kernel gives programs none)")}");
        }

        var gone = GuestDaemon.Eventually(() => !daemon.Namespaces().Any(known => known.Name.EndsWith("fresh", StringComparison.Ordinal)), 10);
        yield return new Check("namespace_that_is_gone_is_forgotten", gone, gone ? "forgotten" : "still listed after 10 s");

        site.Receiver.Exec("sysctl", "-w", $"{Tunable}={TcpBufferStimulus.LowReceive}").OrThrow();
        var overridden = GuestDaemon.Eventually(() => daemon.Tuner("tcp_buffer").Overrides.Count > 0, 5);
        var word = overridden ? daemon.Tuner("tcp_buffer").Overrides[0] : null;
        site.Transfer(new TcpOptions { Duration = TimeSpan.FromSeconds(2), Congestion = "cubic" });
        yield return new Check(
            "administrators_word_is_final",
            overridden && word!.Tunable == Tunable && word.Namespace == site.Receiver.Name && word.Command == "sysctl"
                && site.Receiver.ReadSysctl(Tunable) == TcpBufferStimulus.LowReceive,
            word is null ? "no override was noticed" : $"{word.Command} set {word.Tunable} in {word.Namespace}; it is {site.Receiver.ReadSysctl(Tunable)} after a transfer");
    }
}
