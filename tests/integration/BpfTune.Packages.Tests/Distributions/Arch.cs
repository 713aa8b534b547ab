using BpfTune.Packages.Tests.Machines;

namespace BpfTune.Packages.Tests.Distributions;

/// <summary>pacman; /lib64, /usr/lib64 and /usr/sbin are links.</summary>
internal sealed class Arch : Distribution
{
    public override string Name => "archlinux";

    public override string Format => "arch";

    public override string TunerDirectory => "/usr/lib/bpftune";

    public override string OwnFiles => "^/var/(lib/pacman|cache/pacman|log/pacman)";

    public override string[] Upgrade => ["pacman", "-Syu", "--noconfirm", "--noprogressbar"];

    public override Task UseRepositoryAsync(Machine machine, string directory) => machine.ShellAsync($"""
        rm -rf /repository && mkdir /repository && cp {directory}/*.pkg.tar* /repository/
        repo-add -q /repository/bpftune-tests.db.tar.gz /repository/*.pkg.tar.*
        if ! grep -q bpftune-tests /etc/pacman.conf; then
            printf '\n[bpftune-tests]\nSigLevel = Optional TrustAll\nServer = file:///repository\n' >>/etc/pacman.conf
        fi
        pacman -Syy --noconfirm --noprogressbar
        """);

    public override string[] Install(params string[] packages) => ["pacman", "-S", "--noconfirm", "--noprogressbar", .. packages];

    // Packages replace others when the system is brought up to date, and not when they are asked for: there pacman asks back.
    public override string[] TakePlace(string package) => Upgrade;

    // name-version-release-architecture.pkg.tar.zst
    public override string NameOfFile(string file) => string.Join('-', file.Split('-')[..^3]);

    public override string[] Remove(params string[] packages) => ["pacman", "-R", "--noconfirm", "--noprogressbar", .. packages];

    public override string[] Purge(params string[] packages) => ["pacman", "-Rn", "--noconfirm", "--noprogressbar", .. packages];

    public override string[] InstallFiles(params string[] files) => ["pacman", "-U", "--noconfirm", "--noprogressbar", .. files];

    public override string[] RemoveAlone(string package) => Remove(package);

    public override async Task<string[]> FilesAsync(Machine machine, string package) =>
        [.. (await machine.LinesAsync("pacman", "-Qlq", package)).Select(path => path.TrimEnd('/'))];

    public override async Task<string[]> InstalledAsync(Machine machine) =>
        [.. (await machine.LinesAsync("pacman", "-Qq")).Where(name => name.StartsWith("bpftune", StringComparison.Ordinal))];

    // name version-revision
    public override async Task<string> VersionAsync(Machine machine, string package) =>
        (await machine.RunAsync("pacman", "-Q", package)).Trim().Split(' ')[1].Split('-')[0];

    public override async Task<string> MakePackageAsync(Machine machine, string name, string content)
    {
        await machine.ShellAsync($"""
            printf 'pkgname = {name}\npkgbase = {name}\npkgver = 1-1\npkgdesc = for a test\narch = any\nsize = 0\n' >{content}/.PKGINFO
            cd {content} && shopt -s dotglob && tar --owner=0 --group=0 -czf /tmp/{name}-1-1-any.pkg.tar.gz -- *
            """);
        return $"/tmp/{name}-1-1-any.pkg.tar.gz";
    }
}
