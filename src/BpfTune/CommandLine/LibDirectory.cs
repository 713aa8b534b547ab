namespace BpfTune.CommandLine;

/// <summary>Where the tuners of this installation are.</summary>
internal static class LibDirectory
{
    private const string Usual = "/usr/lib/bpftune";

    /// <summary>
    /// An installed program lies in <c>PREFIX/LIBDIR/bpftune/app</c>, its tuners one level up; one run from anywhere
    /// else names the usual place.
    /// </summary>
    /// <param name="baseDirectory">The program's own directory.</param>
    internal static string Of(string baseDirectory)
    {
        var app = Path.TrimEndingDirectorySeparator(baseDirectory);
        var tuners = Path.GetDirectoryName(app);
        return Path.GetFileName(app) == "app" && Path.GetFileName(tuners) == "bpftune" ? tuners! : Usual;
    }
}
