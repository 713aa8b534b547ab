using System.Text;
using BpfTune.Lab.Native;

namespace BpfTune.Lab;

/// <summary>Removes what laboratories left that were killed before they could tidy up.</summary>
public static class LabSweep
{
    /// <summary>
    /// Ends processes that a dead laboratory started, and deletes the namespaces and disks that it made. Whatever belongs to a
    /// living laboratory stays.
    /// </summary>
    /// <returns>What was removed, in words, one entry each.</returns>
    public static IReadOnlyList<string> Run()
    {
        var removed = new List<string>();
        foreach (int pid in OrphanedProcesses())
        {
            // SIGTERM first: a daemon with rollback puts its values back.
            Interop.Kill(pid, Interop.SIGTERM);
            if (!SpinWait.SpinUntil(() => LabOwner.ReadStartTicks(pid) is null, TimeSpan.FromSeconds(5)))
            {
                Interop.Kill(pid, Interop.SIGKILL);
            }

            removed.Add($"process {pid}");
        }

        if (Directory.Exists("/run/netns"))
        {
            foreach (string path in Directory.EnumerateFiles("/run/netns"))
            {
                string name = Path.GetFileName(path);
                if (LabOwner.TryParseName(name, out LabOwner owner) && !owner.IsAlive)
                {
                    LabNamespace.Delete(name);
                    removed.Add($"namespace {name}");
                }
            }
        }

        // Last: a daemon may have had its journal there.
        foreach (string name in LabDisk.Names())
        {
            if (LabOwner.TryParseName(name, out LabOwner owner) && !owner.IsAlive)
            {
                LabDisk.Delete(name);
                removed.Add($"disk {name}");
            }
        }

        return removed;
    }

    private static IEnumerable<int> OrphanedProcesses()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out int pid) && pid != Environment.ProcessId
                && ReadOwner(pid) is { IsAlive: false })
            {
                yield return pid;
            }
        }
    }

    private static LabOwner? ReadOwner(int pid)
    {
        try
        {
            foreach (string entry in Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ")).Split('\0'))
            {
                if (entry.StartsWith(LabOwner.Variable + "=", StringComparison.Ordinal)
                    && LabOwner.TryParse(entry.AsSpan(LabOwner.Variable.Length + 1), out LabOwner owner))
                {
                    return owner;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at: nothing to sweep.
        }

        return null;
    }
}
