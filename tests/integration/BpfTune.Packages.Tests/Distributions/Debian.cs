using BpfTune.Packages.Tests.Machines;

namespace BpfTune.Packages.Tests.Distributions;

/// <summary>dpkg and apt.</summary>
internal sealed class Debian : Distribution
{
    // Without what is only recommended: bpftune-core recommends every tuner.
    private static readonly string[] s_apt = ["apt-get", "-q", "-y", "--no-install-recommends"];

    public override string Name => "debian";

    public override string Format => "deb";

    public override string TunerDirectory => "/usr/lib/bpftune";

    public override string ZshCompletions => "/usr/share/zsh/vendor-completions";

    public override string DevelopmentPackage => "bpftune-dev";

    public override string OwnFiles => "^/var/(lib/dpkg|lib/apt|cache/apt|cache/debconf|log/(apt|dpkg)|lib/systemd/deb-systemd-helper)";

    // Settings are the administrator's until purged.
    public override IReadOnlyList<string> KeptWhenRemoved => ["/etc/bpftune", "/etc/bpftune/bpftune.conf"];

    public override string[] Upgrade => [.. s_apt, "dist-upgrade"];

    // Its own list alone: a container has no network.
    public override Task UseRepositoryAsync(Machine machine, string directory) => machine.ShellAsync($"""
        rm -rf /repository && mkdir /repository && cp {directory}/*.deb /repository/
        cd /repository && apt-ftparchive packages . >Packages
        echo 'deb [trusted=yes] file:/repository ./' >/etc/apt/bpftune-tests.list
        printf 'Dir::Etc::sourcelist "/etc/apt/bpftune-tests.list";\nDir::Etc::sourceparts "-";\n' >/etc/apt/apt.conf.d/99bpftune-tests
        apt-get -q update
        """);

    public override string[] Install(params string[] packages) => [.. s_apt, "install", .. packages];

    // name_version_architecture.deb
    public override string NameOfFile(string file) => file.Split('_')[0];

    public override string[] Remove(params string[] packages) => [.. s_apt, "remove", .. packages];

    public override string[] Purge(params string[] packages) => [.. s_apt, "purge", .. packages];

    public override string[] InstallFiles(params string[] files) => ["dpkg", "-i", .. files];

    public override string[] RemoveAlone(string package) => ["dpkg", "-r", package];

    public override async Task<string[]> FilesAsync(Machine machine, string package) =>
        [.. (await machine.LinesAsync("dpkg-query", "-L", package)).Where(path => path != "/.")];

    public override async Task<string[]> InstalledAsync(Machine machine) =>
        [.. (await machine.LinesAsync("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", "bpftune*"))
            .Where(line => line.StartsWith("installed ", StringComparison.Ordinal)).Select(line => line["installed ".Length..])];

    public override Task<string> VersionAsync(Machine machine, string package) => machine.RunAsync("dpkg-query", "-W", "-f", "${source:Upstream-Version}", package);

    public override async Task<string> MakePackageAsync(Machine machine, string name, string content)
    {
        await machine.ShellAsync($"""
            mkdir -p {content}/DEBIAN
            printf 'Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: The BpfTune authors <nobody@localhost>\nDescription: for a test\n' >{content}/DEBIAN/control
            dpkg-deb --build {content} /tmp/{name}.deb
            """);
        return $"/tmp/{name}.deb";
    }
}
