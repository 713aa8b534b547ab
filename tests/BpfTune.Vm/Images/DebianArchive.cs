using System.Text.RegularExpressions;
using BpfTune.Lab;

namespace BpfTune.Vm;

/// <summary>
/// One suite of Debian's archive, asked through apt with a configuration and lists of its own: the machine's own apt
/// neither sees it nor is changed.
/// </summary>
public sealed partial class DebianArchive
{
    /// <summary>The variable that names a mirror, in place of what is found.</summary>
    public const string Variable = "BPFTUNE_DEBIAN_MIRROR";

    private const string PublicArchive = "http://deb.debian.org/debian";
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    private readonly string _directory;
    private readonly string[] _options;

    private DebianArchive(string directory, string[] options)
    {
        _directory = directory;
        _options = options;
    }

    /// <summary>Fetches the lists of a suite.</summary>
    /// <param name="suite">Its code name.</param>
    /// <param name="directory">An empty directory for what apt keeps.</param>
    /// <exception cref="VmException">The archive cannot be reached.</exception>
    public static DebianArchive Open(string suite, string directory)
    {
        foreach (var part in (ReadOnlySpan<string>)["lists/partial", "cache/archives/partial"])
            Directory.CreateDirectory(Path.Combine(directory, part));
        var sources = Path.Combine(directory, "sources.list");
        File.WriteAllText(sources, $"deb [signed-by={Keyring}] {Mirror()} {suite} main\n");
        string[] options =
        [
            "-o", $"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=-", "-o", $"Dir::State::lists={directory}/lists",
            "-o", $"Dir::Cache={directory}/cache", "-o", "Dir::State::status=/dev/null", "-o", "Acquire::Languages=none",
            // What desktops want of a list; it is larger than the list.
            "-o", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false", "-o", "APT::Sandbox::User=root", "-o", "APT::Architecture=amd64",
            "-o", "APT::Architectures=amd64",
        ];
        var archive = new DebianArchive(directory, options);
        archive.Apt("apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any");
        return archive;
    }

    /// <summary>The mirror that the variable names; else that of this machine's own sources, if it is a Debian; else Debian's public archive.</summary>
    /// <exception cref="VmException">Debian's keys are not here.</exception>
    public static string Mirror()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        if (!File.Exists(Keyring))
            throw new VmException($"{Keyring} is missing: install debian-archive-keyring");
        return MirrorOf(
            File.Exists("/etc/os-release") ? File.ReadAllLines("/etc/os-release") : [],
            () => Tool.Run("apt-get", "update", "--print-uris").OrThrow().Output);
    }

    /// <summary>The mirror that a machine's sources name.</summary>
    /// <param name="release">The lines of its os-release.</param>
    /// <param name="uris">Asks its apt what it would fetch; a machine that is no Debian is not asked.</param>
    public static string MirrorOf(IReadOnlyList<string> release, Func<string> uris)
    {
        var codename = release.FirstOrDefault(line => line.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal))?.Split('=', 2)[1].Trim('"');
        if (release.Contains("ID=debian") && codename is not null)
        {
            foreach (Match uri in ReleaseUri().Matches(uris()))
            {
                if (uri.Groups["suite"].Value == codename)
                    return uri.Groups["mirror"].Value;
            }
        }

        return PublicArchive;
    }

    /// <summary>The packages that a package needs itself, those that several can provide not among them.</summary>
    public IReadOnlyList<string> DependenciesOf(string package) =>
        [.. DependsLine().Matches(Apt("apt-cache", "depends", package)).Select(match => match.Groups["name"].Value)];

    /// <summary>Downloads packages and unpacks them into one directory.</summary>
    public void Unpack(IEnumerable<string> packages, string target)
    {
        foreach (var package in packages)
        {
            var place = Directory.CreateDirectory(Path.Combine(_directory, "deb", package)).FullName;
            string[] options = _options;
            Tool.Run("sh", ["-c", "cd \"$1\" && shift && exec \"$@\"", "sh", place, "apt-get", "download", "-q", .. options, package]).OrThrow();
            Tool.Run("dpkg-deb", "-x", Directory.GetFiles(place, "*.deb").Single(), target).OrThrow();
        }
    }

    private string Apt(string command, params string[] arguments) => Tool.Run(command, [.. _options, .. arguments]).OrThrow().Output;

    [GeneratedRegex(@"^'(?<mirror>[^']+)/dists/(?<suite>[^'/]+)/InRelease'", RegexOptions.Multiline)]
    private static partial Regex ReleaseUri();

    [GeneratedRegex(@"^\s+(Pre)?Depends: (?<name>[^<\s]+)$", RegexOptions.Multiline)]
    private static partial Regex DependsLine();
}
