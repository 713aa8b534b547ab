/// <summary>The programs that start services and for which there is a file in packaging/.</summary>
internal static class ServiceManagers
{
    /// <summary>All of them, the one that is always served first.</summary>
    public static IReadOnlyList<ServiceManager> All { get; } =
    [
        new("systemd", "systemd/bpftune.service", [], IsScript: false),
        new("openrc", "openrc/bpftune", ["sbin/openrc-run", "usr/bin/openrc-run"], IsScript: true),
        new("dinit", "dinit/bpftune", ["sbin/dinit", "usr/bin/dinit"], IsScript: false),
    ];

    /// <summary>Those that are named; if none is, systemd and what the system below <paramref name="root"/> has.</summary>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public static IReadOnlyList<ServiceManager> Parse(string? names, string root = "/")
    {
        if (names is null)
            return [.. All.Where((manager, index) => index == 0 || manager.Traces.Any(trace => File.Exists(Path.Combine(root, trace))))];

        return [.. names.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Distinct().Select(Find)];
    }

    private static ServiceManager Find(string name) => All.FirstOrDefault(manager => manager.Name == name)
        ?? throw new ArgumentException($"--init {name}: there are {string.Join(", ", All.Select(manager => manager.Name))}.");
}
