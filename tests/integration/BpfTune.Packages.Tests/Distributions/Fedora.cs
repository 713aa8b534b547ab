using BpfTune.Packages.Tests.Machines;

namespace BpfTune.Packages.Tests.Distributions;

/// <summary>rpm and dnf; /usr/lib64 is a directory of its own.</summary>
internal sealed class Fedora : Distribution
{
    private static readonly string[] s_dnf = ["dnf", "-y", "--setopt=install_weak_deps=False"];

    public override string Name => "fedora";

    public override string Format => "rpm";

    public override string TunerDirectory => "/usr/lib64/bpftune";

    public override string OwnFiles => "^/(var/lib/(rpm|dnf)|usr/lib/sysimage|var/cache/(dnf|libdnf)|var/log/(dnf|hawkey)|var/tmp/rpm)";

    public override string[] Upgrade => [.. s_dnf, "upgrade"];

    public override Task UseRepositoryAsync(Machine machine, string directory) => machine.ShellAsync($"""
        rm -rf /repository && mkdir /repository && cp {directory}/*.rpm /repository/
        createrepo_c --quiet /repository
        printf '[bpftune-tests]\nname=bpftune\nbaseurl=file:///repository\ngpgcheck=0\nmetadata_expire=1\n' >/etc/yum.repos.d/bpftune-tests.repo
        dnf -q makecache --refresh
        """);

    public override string[] Install(params string[] packages) => [.. s_dnf, "install", .. packages];

    // name-version-release.architecture.rpm
    public override string NameOfFile(string file) => string.Join('-', file.Split('-')[..^2]);

    public override string[] Remove(params string[] packages) => [.. s_dnf, "--setopt=clean_requirements_on_remove=False", "remove", .. packages];

    public override string[] Purge(params string[] packages) => Remove(packages);

    public override string[] InstallFiles(params string[] files) => Rpm(["-U", .. files]);

    public override string[] RemoveAlone(string package) => Rpm("-e", package);

    // rpm says so in a line of its own if a package is empty.
    public override async Task<string[]> FilesAsync(Machine machine, string package) =>
        [.. (await machine.LinesAsync("rpm", "-ql", package)).Where(line => line.StartsWith('/'))];

    public override async Task<string[]> InstalledAsync(Machine machine) =>
        await machine.LinesAsync("rpm", "-qa", "--qf", "%{NAME}\n", "bpftune*");

    public override Task<string> VersionAsync(Machine machine, string package) => machine.RunAsync("rpm", "-q", "--qf", "%{VERSION}", package);

    public override async Task<string> MakePackageAsync(Machine machine, string name, string content)
    {
        await machine.ShellAsync($$"""
            mkdir -p /tmp/rpm
            printf 'Name: {{name}}\nVersion: 1\nRelease: 1\nSummary: for a test\nLicense: MIT\nBuildArch: noarch\n%%description\nFor a test.\n%%files\n' >/tmp/rpm/{{name}}.spec
            (cd {{content}} && find . -type f -o -type l) | sed 's/^\.//' >>/tmp/rpm/{{name}}.spec
            rpmbuild --quiet -bb --define '_topdir /tmp/rpm' --buildroot {{content}} /tmp/rpm/{{name}}.spec
            """);
        return $"/tmp/rpm/RPMS/noarch/{name}-1-1.noarch.rpm";
    }

    // Debian's rpm wants to be told that it is meant; others know no such word, and ignore it by this shell.
    private static string[] Rpm(params string[] arguments) =>
        ["sh", "-c", "if rpm --help | grep -q force-debian; then set -- --force-debian \"$@\"; fi; exec rpm \"$@\"", "rpm", .. arguments];
}
