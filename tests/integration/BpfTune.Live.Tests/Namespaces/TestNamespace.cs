using System.Globalization;
using BpfTune.Engine.Namespaces;
using BpfTune.Lab;

namespace BpfTune.Live.Tests.Namespaces;

/// <summary>
/// A named namespace that nothing but its name holds: the laboratory's own keep a descriptor, and a deleted namespace
/// would live on.
/// </summary>
internal sealed class TestNamespace : IDisposable
{
    private static int s_count;

    private TestNamespace(string name) => Name = name;

    public string Name { get; }

    public string Path => "/run/netns/" + Name;

    public uint Inode { get; private init; }

    public ulong Cookie { get; private init; }

    public static TestNamespace Create(string? name = null)
    {
        name ??= string.Create(CultureInfo.InvariantCulture, $"core_{Environment.ProcessId}_{++s_count}");
        Command.Run("ip", "netns", "add", name);
        using var entry = new NamespaceEntry();
        var inode = NamespaceFile.InodeOf("/run/netns/" + name)!.Value;
        Assert.True(entry.TryReadCookie("/run/netns/" + name, inode, out var cookie));
        return new TestNamespace(name) { Inode = inode, Cookie = cookie };
    }

    /// <summary>A value as another process in the namespace sees it.</summary>
    public string Sysctl(string name) =>
        Tool.Run("ip", "netns", "exec", Name, "sysctl", "-n", name).OrThrow().Output.Trim().Replace('\t', ' ');

    public void SetSysctl(string name, string value) =>
        Command.Run("ip", "netns", "exec", Name, "sysctl", "-qw", $"{name}={value}");

    public void Dispose()
    {
        if (File.Exists(Path))
            Command.Run("ip", "netns", "delete", Name);
    }
}
