using BpfTune.Daemon.LiveTests;
using BpfTune.Lab;

namespace BpfTune.Faults.Tests;

/// <summary>Killed with SIGKILL at random moments, while settings change without end and tuners come and go.</summary>
public sealed class KillTests
{
    private const string Low = "4096 8192 8192";

    private static readonly string[] s_settings =
        ["net.ipv4.tcp_max_syn_backlog", "net.ipv4.ipfrag_high_thresh", "net.ipv6.ip6frag_high_thresh"];

    [Fact]
    public void Killed_at_any_moment_everything_is_put_back_but_what_people_have_set()
    {
        Suite.Require();
        Campaign.Run("kill -9, chains, hot plug", Try);
    }

    private static void Try(Random random)
    {
        using var rig = new Rig();
        using var busy = LabNamespace.Create("busy");
        busy.WriteSysctl("net.ipv4.tcp_rmem", Low);
        busy.WriteSysctl("net.ipv4.tcp_wmem", Low);
        var first = new FirstValues(rig.Own, busy);
        rig.Plug("restless", Rig.Read("Restless"));
        if (random.Next(2) == 0)
            rig.Plug("tcp_buffer", Rig.Read("tcp_buffer"));

        var kills = random.Next(1, 5);
        for (var kill = 0; kill < kills; kill++)
        {
            if (random.Next(4) == 0)
            {
                // In the midst of its start.
                rig.Launch();
                Thread.Sleep(random.Next(700));
            }
            else
            {
                rig.Start();
                // One that was killed in a tuner's code suspects that tuner.
                rig.TryAsk("resume", "restless");
                Disturb(rig, busy, random);
            }

            rig.Daemon!.Kill();
            if (random.Next(3) == 0)
                first.Set(random.Next(2) == 0 ? rig.Own : busy, s_settings[random.Next(s_settings.Length)], $"{5_000_000 + random.Next(1000)}");
        }

        var said = rig.RollBack();
        first.AssertBack(said);
        rig.RollBack();
        first.AssertBack("after a second rollback");
    }

    private static void Disturb(Rig rig, LabNamespace busy, Random random)
    {
        var traffic = random.Next(2) == 0 ? Task.Run(() => busy.Run(() => LoopbackTraffic.Run(TimeSpan.FromMilliseconds(300)))) : Task.CompletedTask;
        for (var turn = random.Next(4); turn > 0; turn--)
        {
            Thread.Sleep(random.Next(100));
            switch (random.Next(6))
            {
                case 0:
                    rig.Unplug("restless");
                    break;
                case 1:
                    rig.Plug("restless", Rig.Read("Restless"));
                    break;
                case 2:
                    rig.Plug("tcp_buffer", Rig.Read("tcp_buffer"));
                    break;
                case 3:
                    rig.Plug("sample", Rig.Read(random.Next(2) == 0 ? "First" : "Second"));
                    break;
                case 4:
                    // As cp does: cut, and written anew while it may be read.
                    File.WriteAllBytes(rig.PathOf("restless"), Rig.Read("Restless"));
                    break;
                default:
                    rig.Plug("sample", Rig.Read("First")[..random.Next(2000)]);
                    break;
            }
        }

        Thread.Sleep(random.Next(200));
        traffic.Wait();
    }
}
