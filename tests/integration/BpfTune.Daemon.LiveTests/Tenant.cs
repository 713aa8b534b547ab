using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>
/// A user without any privilege on the machine, with user and network namespaces of his own, where he is root. He has
/// no more to work with than what every machine has: unshare, ip and Python.
/// </summary>
internal static class Tenant
{
    private const string Python = "/usr/bin/python3";

    /// <summary>nobody.</summary>
    public const int User = 65534;

    /// <summary>Skips the test where users may not have namespaces, or he has no tools.</summary>
    public static void Require()
    {
        Suite.Require();
        var refused = !File.Exists(Python) ? $"there is no {Python}"
            : Tool.Run("setpriv", [.. Become, "true"]).ExitCode != 0 ? "users may have no namespaces of their own here"
            : null;
        if (refused is not null)
            Assert.Skip(refused);
    }

    /// <summary>Runs a script of his in a namespace of his, after some commands of ip(8).</summary>
    public static ToolResult Run(string script, params string[] ip)
    {
        var shell = string.Join(" && ", [.. ip.Select(command => "ip " + command), $"exec {Python} -c '{script}'"]);
        return Tool.Run("setpriv", [.. Become, "/bin/sh", "-c", shell]).OrThrow();
    }

    private static string[] Become =>
        [$"--reuid={User}", $"--regid={User}", "--clear-groups", "unshare", "-Urn"];
}
