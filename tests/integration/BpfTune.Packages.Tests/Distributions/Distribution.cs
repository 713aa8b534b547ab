using BpfTune.Packages.Tests.Machines;

namespace BpfTune.Packages.Tests.Distributions;

/// <summary>What distributions do differently: the package manager's commands, and where files lie.</summary>
internal abstract class Distribution
{
    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, Distribution> All { get; } =
        new Distribution[] { new Debian(), new Fedora(), new Arch() }.ToDictionary(d => d.Name);

    /// <summary>
    /// Those that BPFTUNE_DISTRIBUTIONS lists with commas, or all whose packages were made; all where none were, as then a test says why it
    /// is skipped.
    /// </summary>
    public static IReadOnlyList<Distribution> Chosen => Environment.GetEnvironmentVariable("BPFTUNE_DISTRIBUTIONS") is { Length: > 0 } names
        ? [.. names.Split(',').Select(name => All[name])]
        : Made is { Length: > 0 } made ? made : [.. All.Values];

    /// <summary>Their names, for theories.</summary>
    public static TheoryData<string> Names => [.. Chosen.Select(distribution => distribution.Name)];

    private static Distribution[] Made => [.. All.Values.Where(distribution => Directory.Exists(Path.Combine(Suite.Packages, distribution.Format)))];

    /// <summary>As images are called.</summary>
    public abstract string Name { get; }

    /// <summary>As the build calls its packages.</summary>
    public abstract string Format { get; }

    /// <summary>Where the tuners belong.</summary>
    public abstract string TunerDirectory { get; }

    /// <summary>Where zsh looks for the completions of packages.</summary>
    public virtual string ZshCompletions => "/usr/share/zsh/site-functions";

    /// <summary>The package for authors of tuners.</summary>
    public virtual string DevelopmentPackage => "bpftune-devel";

    /// <summary>Which files the package manager itself writes while it works, as a regular expression over paths.</summary>
    public abstract string OwnFiles { get; }

    /// <summary>What stays of all packages when they are removed, and not purged.</summary>
    public virtual IReadOnlyList<string> KeptWhenRemoved => [];

    /// <summary>The package of a tuner.</summary>
    public static string PackageOf(string tuner) => $"bpftune-tuner-{tuner.Replace('_', '-')}";

    /// <summary>Makes a repository of a directory of packages, in place of an earlier one.</summary>
    public abstract Task UseRepositoryAsync(Machine machine, string directory);

    /// <summary>The command that installs packages from the repository with what they depend on.</summary>
    public abstract string[] Install(params string[] packages);

    /// <summary>The command that installs a package where the distribution's own 'bpftune' is, which makes room for it.</summary>
    public virtual string[] TakePlace(string package) => Install(package);

    /// <summary>The name of the package in a file.</summary>
    public abstract string NameOfFile(string file);

    /// <summary>The command that brings all that is installed to the repository's versions.</summary>
    public abstract string[] Upgrade { get; }

    /// <summary>The command that removes packages as people do.</summary>
    public abstract string[] Remove(params string[] packages);

    /// <summary>The command that removes packages with their settings.</summary>
    public abstract string[] Purge(params string[] packages);

    /// <summary>The command of the lower tool that installs files, and fetches nothing.</summary>
    public abstract string[] InstallFiles(params string[] files);

    /// <summary>The command of the lower tool that removes one package, and nothing besides.</summary>
    public abstract string[] RemoveAlone(string package);

    /// <summary>The files, links and directories of a package that is installed.</summary>
    public abstract Task<string[]> FilesAsync(Machine machine, string package);

    /// <summary>The installed packages whose names begin with bpftune.</summary>
    public abstract Task<string[]> InstalledAsync(Machine machine);

    /// <summary>The version of an installed package, without the package's own revision.</summary>
    public abstract Task<string> VersionAsync(Machine machine, string package);

    /// <summary>Makes a package of the given content.</summary>
    /// <param name="machine">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="content">A directory that is its root.</param>
    /// <returns>The file.</returns>
    public abstract Task<string> MakePackageAsync(Machine machine, string name, string content);

    /// <inheritdoc/>
    public sealed override string ToString() => Name;
}
