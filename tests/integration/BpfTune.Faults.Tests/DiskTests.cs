using BpfTune.Daemon.LiveTests;
using BpfTune.Lab;

namespace BpfTune.Faults.Tests;

/// <summary>The disk of the journal is full, or read-only, before, while and after it tunes: what cannot be written down is not done.</summary>
public sealed class DiskTests
{
    [Fact]
    public void On_a_full_or_read_only_disk_nothing_is_changed_that_cannot_be_put_back()
    {
        Suite.Require();
        Campaign.Run("disks full and read-only", Try);
    }

    private static void Try(Random random)
    {
        using var disk = LabDisk.Create(random.Next(4, 64) * 4096L);
        using var rig = new Rig(disk.Path + "/state");
        var first = new FirstValues(rig.Own);
        rig.Plug("restless", Rig.Read("Restless"));
        for (var turn = random.Next(1, 4); turn > 0; turn--)
        {
            var isReadOnly = random.Next(4) == 0;
            if (isReadOnly)
                disk.MakeReadOnly();
            else if (random.Next(3) == 0)
                disk.Fill(random.Next(3) * 4096L);
            rig.Start();
            rig.TryAsk("resume", "restless");
            for (var step = random.Next(4); step > 0; step--)
            {
                Thread.Sleep(random.Next(150));
                if (isReadOnly || random.Next(3) == 0)
                    rig.Ask("status");
                else if (random.Next(3) == 0)
                    disk.Empty();
                else
                    disk.Fill(random.Next(3) * 4096L);
            }

            if (random.Next(2) == 0)
                rig.Daemon!.Kill();
            else
                Assert.Equal(0, rig.Daemon!.Stop(Rig.Patience).ExitCode);
            if (isReadOnly)
                disk.MakeWritable();
            else if (random.Next(2) == 0)
                disk.Empty();
        }

        if (random.Next(3) == 0)
            disk.MakeReadOnly();
        var said = rig.RollBack();
        first.AssertBack(said);
        disk.MakeWritable();
        disk.Empty();
        rig.RollBack();
        first.AssertBack("after a second rollback");
    }
}
