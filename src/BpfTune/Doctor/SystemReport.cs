namespace BpfTune.Doctor;

/// <summary>What the machine is.</summary>
/// <param name="Distribution">As /etc/os-release names it.</param>
/// <param name="Kernel">As <c>uname -r</c> prints it.</param>
/// <param name="Architecture">The processor's.</param>
/// <param name="Lockdown">'none', 'integrity', 'confidentiality'; null when that cannot be told.</param>
/// <param name="Libbpf">The version of libbpf; null when it cannot be used.</param>
/// <param name="Runtime">The .NET runtime's version.</param>
/// <param name="Cgroup">Where the cgroup2 hierarchy is; null when there is none.</param>
/// <param name="CgroupProblem">Why there is none.</param>
/// <param name="MissingCapabilities">Capabilities that the process should have and has not.</param>
/// <param name="Daemon">The running daemon's process id; null when none runs.</param>
internal sealed record SystemReport(
    string Distribution,
    string Kernel,
    string Architecture,
    string? Lockdown,
    string? Libbpf,
    string Runtime,
    string? Cgroup,
    string? CgroupProblem,
    IReadOnlyList<string> MissingCapabilities,
    int? Daemon);
