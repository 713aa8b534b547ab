using System.Globalization;
using BpfTune.Lab;
using BpfTune.Vm;

namespace BpfTune.Fresh.Tests;

/// <summary>
/// A machine as a stranger has it: the smallest Debian there is, and in it a clone of this repository in which nothing was built. What is
/// mounted in it is mounted in a namespace of the process that runs there (enter.sh), and nowhere else.
/// </summary>
internal sealed class BareRoot : IDisposable
{
    private const string Clone = "/root/bpftune";
    private const string Trust = "/etc/trusted-by-the-machine.crt";

    // What leads from here to the network leads there from a root, too.
    private static readonly string[] s_network =
        ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "NUGET_CERT_REVOCATION_MODE", "BPFTUNE_BUILD_HOST"];

    private static readonly string[] s_bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

    private readonly string _directory;
    private readonly string[] _mounts;

    private BareRoot(string suite, string directory)
    {
        Suite = suite;
        _directory = directory;
        _mounts = [$"{Packages}:/root/.nuget/packages", .. Sdk.CanBeFetched ? (string[])[] : [$"{Sdk.Directory}:/usr/share/dotnet:ro"]];
    }

    /// <summary>The suite's code name.</summary>
    public string Suite { get; }

    // What was fetched once serves every root, and this machine's own builds.
    private static string Packages =>
        Directory.CreateDirectory(Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named ? named : Path.Combine(Home, ".nuget/packages")).FullName;

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Makes one, of the cache's bare system and this repository's files.</summary>
    /// <exception cref="VmException">The system could not be made.</exception>
    /// <exception cref="LabException">A command failed.</exception>
    public static BareRoot Make(string suite)
    {
        var cache = new ImageCache(progress: line => Console.WriteLine($"fresh: {line}"));
        var system = cache.Get($"bare-{suite}", $"1 {suite} {DebianRoot.Recipe}", made => DebianRoot.Make(suite, Path.Combine(made, "root"), Transport()));
        RemoveLeftovers(cache.Directory);
        var root = new BareRoot(suite, Path.Combine(cache.Directory, string.Create(CultureInfo.InvariantCulture, $"fresh-{suite}-{Environment.ProcessId}")));
        try
        {
            root.Fill(Path.Combine(system, "root"));
            return root;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>The path on this machine of a file in the clone.</summary>
    public string FileOfClone(string name) => $"{_directory}{Clone}/{name}";

    /// <summary>Runs a command in the clone, as root and with no more of an environment than a login gives; its lines are shown as they come.</summary>
    public StepResult Run(params string[] command) => StepResult.Of(
        Suite,
        Path.Combine(BpfTune.Fresh.Tests.Suite.RepositoryRoot, "tests/integration/BpfTune.Fresh.Tests/enter.sh"),
        [_directory, .. _mounts, "--", "env", "-i", "-C", Clone, .. Variables(), .. command]);

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    private void Fill(string system)
    {
        Tool.Run("cp", "-a", system, _directory).OrThrow();
        foreach (var file in (ReadOnlySpan<string>)["/etc/resolv.conf", "/etc/hosts"])
            File.Copy(file, _directory + file, overwrite: true);
        if (s_bundles.FirstOrDefault(File.Exists) is { } bundle)
            File.Copy(bundle, _directory + Trust);
        foreach (var settings in Directory.Exists(Path.Combine(Home, ".nuget/NuGet")) ? Directory.GetFiles(Path.Combine(Home, ".nuget/NuGet"), "*.Config") : [])
            File.Copy(settings, Path.Combine(Directory.CreateDirectory(_directory + "/root/.nuget/NuGet").FullName, Path.GetFileName(settings)));

        // What a clone would hold if all that is here were committed.
        Directory.CreateDirectory(_directory + Clone);
        Tool.Run(
            "sh", "-c",
            """
            cd "$1" && git -c safe.directory='*' ls-files -z --cached --others --exclude-standard --deduplicate >"$2.list" &&
            tar --create --null --files-from="$2.list" --ignore-failed-read --owner=0 --group=0 | tar --extract --directory "$2" && rm "$2.list"
            """,
            "sh", BpfTune.Fresh.Tests.Suite.RepositoryRoot, _directory + Clone).OrThrow();
    }

    private IEnumerable<string> Variables()
    {
        yield return "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        yield return "HOME=/root";
        yield return "TERM=dumb";
        if (File.Exists(_directory + Trust))
            yield return $"SSL_CERT_FILE={Trust}";
        foreach (var name in s_network)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                yield return $"{name}={value}";
        }
    }

    // apt reaches a mirror by https only with certificates, which the smallest Debian has not.
    private static string[] Transport() => DebianArchive.Mirror().StartsWith("https:", StringComparison.Ordinal) ? ["ca-certificates"] : [];

    // Of a process that was killed.
    private static void RemoveLeftovers(string directory)
    {
        foreach (var left in Directory.EnumerateDirectories(directory, "fresh-*-*").Where(path => !Directory.Exists($"/proc/{path.Split('-')[^1]}")))
            Directory.Delete(left, recursive: true);
    }
}
