namespace BpfTune.Vm;

/// <summary>The published suite as an installation of it lies: the daemon's own directory, its tuners, the command.</summary>
/// <param name="App">Directory of the published daemon.</param>
/// <param name="Tuners">Directory of the published tuners.</param>
public sealed record SuiteFiles(string App, string Tuners)
{
    private const string Place = "/usr/lib/bpftune";

    /// <summary>The options with the suite in place.</summary>
    /// <exception cref="VmException">It is not published.</exception>
    public VmOptions Install(VmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!File.Exists(Path.Combine(App, "bpftune")))
            throw new VmException($"there is no published daemon in {App}: run ./build.sh Publish");
        var tuners = Directory.Exists(Tuners) ? Directory.GetFiles(Tuners, "*.tuner.dll") : [];
        return options with
        {
            Files = [.. options.Files, (App, Place + "/app"), .. tuners.Order(StringComparer.Ordinal).Select(file => (file, $"{Place}/{Path.GetFileName(file)}"))],
            Links = [.. options.Links, ("/usr/bin/bpftune", "../lib/bpftune/app/bpftune")],
        };
    }
}
