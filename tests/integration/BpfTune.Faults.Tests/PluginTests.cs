using BpfTune.Daemon.LiveTests;
using BpfTune.Lab;

namespace BpfTune.Faults.Tests;

/// <summary>Tuners that throw, hang, overflow the stack, or are no whole assembly: after at most a few restarts the others run.</summary>
public sealed class PluginTests
{
    private const int MostRestarts = 3;

    private static readonly string[] s_faults =
    [
        "summary", "facts", "null facts", "timers", "stopping", "constructor", "static", "not needed", "declare", "start",
        "constructor once", "start once", "timer once", "none",
    ];

    private static readonly string[] s_deadly = ["hang", "overflow"];

    [Fact]
    public void A_hostile_tuner_costs_itself_and_no_other()
    {
        Suite.Require();
        Campaign.Run("hostile plug-ins", Try);
    }

    private static void Try(Random random)
    {
        using var rig = new Rig();
        var first = new FirstValues(rig.Own);
        var isDeadly = random.Next(8) == 0;
        rig.Variables["BPFTUNE_TEST_FAULT"] = isDeadly ? s_deadly[random.Next(s_deadly.Length)] : s_faults[random.Next(s_faults.Length)];
        rig.Plug("route_table", Rig.Read("route_table"));
        rig.Plug("restless", Rig.Read("Restless"));
        rig.Plug("faulty", Rig.Read("Faulty"));
        var context = $"fault '{rig.Variables["BPFTUNE_TEST_FAULT"]}'";
        TryStart(rig);
        for (var turn = random.Next(1, 6); turn > 0 && !rig.Daemon!.HasExited; turn--)
        {
            switch (random.Next(4))
            {
                case 0:
                    rig.Plug("faulty", Rig.Read("Faulty"));
                    break;
                case 1:
                    rig.Unplug("faulty");
                    break;
                default:
                    context += ", " + PlugSpoilt(rig, random);
                    break;
            }

            Thread.Sleep(random.Next(200));
        }

        // A hang is found after ten seconds, and ends the daemon; so does what spoilt code does to the runtime.
        if (isDeadly)
        {
            rig.Plug("faulty", Rig.Read("Faulty"));
            rig.WaitUntil(() => rig.Daemon!.HasExited || rig.StateOf("faulty") is not (null or "running"), $"what is deadly is dead; {context}");
        }

        for (var restarts = 0; rig.Daemon!.HasExited || !Runs(rig, "restless"); restarts++)
        {
            Assert.True(restarts < MostRestarts, $"it ended {restarts} times; {context}; it said:\n{rig.Log}");
            TryStart(rig);
        }

        Assert.True(rig.Daemon.Stop(Rig.Patience).ExitCode == 0, $"it ended with {rig.Daemon.ExitCode}; {context}");
        rig.RollBack();
        first.AssertBack(context);
    }

    /// <summary>Whether a tuner comes to run before the daemon ends.</summary>
    private static bool Runs(Rig rig, string tuner)
    {
        // One that ran when the daemon died is suspected for a while; it did nothing, and is taken back.
        rig.TryAsk("resume", tuner);
        rig.WaitUntil(() => rig.Daemon!.HasExited || rig.StateOf(tuner) == "running", $"{tuner} runs");
        return !rig.Daemon!.HasExited;
    }

    private static void TryStart(Rig rig)
    {
        rig.Launch();
        try
        {
            rig.WaitReady();
        }
        catch (LabException) when (rig.Daemon!.HasExited)
        {
            // It will be started again.
        }
    }

    private static string PlugSpoilt(Rig rig, Random random)
    {
        var bytes = Rig.Read(random.Next(2) == 0 ? "Faulty" : "First");
        var name = random.Next(2) == 0 ? "faulty" : "sample";
        var what = "";
        switch (random.Next(3))
        {
            case 0:
                bytes = bytes[..random.Next(bytes.Length)];
                what = $"{name} cut to {bytes.Length} bytes";
                break;
            case 1:
                random.NextBytes(bytes);
                what = $"{name} of noise";
                break;
            default:
                for (var i = random.Next(1, 20); i > 0; i--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                what = $"{name} with bits flipped";
                break;
        }

        rig.Plug(name, bytes);
        return what;
    }
}
