using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BpfTune.Live.Tests.Kernel;

/// <summary>
/// Flags of the cgroup2 hierarchy, such as nsdelegate. They are the whole system's and no mount's: the kernel takes them from whoever
/// mounted it last (admin-guide/cgroup-v2.rst). A test that hides the mount that there is, and so has the daemon make another, changes them;
/// this puts them back.
/// </summary>
internal sealed partial class HierarchyFlags : IDisposable
{
    private readonly Match _mount = Hierarchy().Match(File.ReadAllText("/proc/self/mountinfo"));

    /// <summary>All mounts, without those flags.</summary>
    public static string Mounts() => Hierarchy().Replace(File.ReadAllText("/proc/self/mountinfo"), "$1");

    /// <summary>The mounts of the hierarchy, with those flags.</summary>
    public static string[] MountsWithFlags() =>
        [.. File.ReadAllLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))];

    /// <summary>Sets one more of them, for the whole system.</summary>
    public static void Add(string flag)
    {
        var mount = Hierarchy().Match(File.ReadAllText("/proc/self/mountinfo"));
        Remount(mount, $",{flag}");
    }

    public void Dispose()
    {
        if (!_mount.Success)
            return;
        Remount(_mount, "");
        Assert.Equal(_mount.Value, Hierarchy().Match(File.ReadAllText("/proc/self/mountinfo")).Value);
    }

    private static void Remount(Match mount, string more)
    {
        // Else mount(8) adds what is set now, and a flag could never be taken away.
        var options = $"remount,{mount.Groups[3].Value},{mount.Groups[4].Value}{more}";
        using var process = Process.Start("mount", ["--options-mode", "ignore", "-o", options, mount.Groups[2].Value]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    // 30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
    [GeneratedRegex(@"^(\d+ \d+ \S+ / (\S+) (\S+)[^\n]* - cgroup2 \S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Hierarchy();
}
