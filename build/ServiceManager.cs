/// <summary>A program that starts services, and where it looks for their files.</summary>
/// <param name="Name">As <c>--init</c> takes it.</param>
/// <param name="Source">The service's file, below packaging/.</param>
/// <param name="Traces">Files by which a system is known to have it.</param>
/// <param name="IsScript">Whether the service's file is a program.</param>
internal sealed record ServiceManager(string Name, string Source, string[] Traces, bool IsScript)
{
    /// <summary>Where the service's file belongs.</summary>
    /// <param name="prefix">The prefix of the installation. Each manager looks below /usr/local as well as in its own place.</param>
    public string Target(string prefix) => Name switch
    {
        "systemd" => $"{prefix}/lib/systemd/system/bpftune.service",
        "dinit" => $"{prefix}/lib/dinit.d/bpftune",
        _ => prefix == "/usr" ? "/etc/init.d/bpftune" : $"{prefix}/etc/init.d/bpftune",
    };
}
