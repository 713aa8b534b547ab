using System.Globalization;

namespace BpfTune.Lab;

/// <summary>The BPF programs and maps that a process holds by descriptors of its own, or by links: other daemons may run on the same machine.</summary>
public static class BpfDescriptors
{
    /// <summary>The programs' ids in the kernel; none when there is no such process.</summary>
    public static IReadOnlySet<uint> ProgramIds(int pid) => Ids(pid, "prog_id:");

    /// <summary>The maps' ids in the kernel; none when there is no such process.</summary>
    public static IReadOnlySet<uint> MapIds(int pid) => Ids(pid, "map_id:");

    private static HashSet<uint> Ids(int pid, string field)
    {
        var ids = new HashSet<uint>();
        string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fdinfo");
        if (!Directory.Exists(directory))
        {
            return ids;
        }

        foreach (string file in Directory.GetFiles(directory))
        {
            foreach (string line in ReadLines(file).Where(line => line.StartsWith(field, StringComparison.Ordinal)))
            {
                ids.Add(uint.Parse(line[field.Length..].Trim(), CultureInfo.InvariantCulture));
            }
        }

        return ids;
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            // Closed since the directory was listed.
            return [];
        }
    }
}
