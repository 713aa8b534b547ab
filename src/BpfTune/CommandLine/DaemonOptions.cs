using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using BpfTune.Engine.Tuning;
using BpfTune.Settings;

namespace BpfTune.CommandLine;

/// <summary>The options that set up the daemon, with the letters of the C program; one instance serves all verbs.</summary>
internal sealed class DaemonOptions
{
    internal Option<int> LearningRate { get; } = new("--learning_rate", "-r", "--learning-rate")
    {
        Description = "How far a tunable moves at a time: 0 (1.6 %), 1 (3.1 %), 2 (6.3 %), 3 (12.5 %), 4 (25 %, the default)",
        HelpName = "0..4",
        CustomParser = result => Number(result, "--learning_rate", 0, 4),
    };

    internal Option<string[]> Allow { get; } = new("--allow", "-a")
    {
        Description = "Run only this tuner (also NAME_tuner.so); may be given more than once",
        HelpName = "NAME",
        Arity = ArgumentArity.OneOrMore,
    };

    internal Option<string> Cgroup { get; } = new("--cgroup", "-c")
    {
        Description = "Watch below this cgroup2 directory only",
        HelpName = "DIR",
        Arity = ArgumentArity.ExactlyOne,
    };

    internal Option<string[]> LibDirectories { get; } = new("--libdir", "-l")
    {
        Description = "Look for tuners in this directory too; may be given more than once",
        HelpName = "DIR",
        Arity = ArgumentArity.OneOrMore,
    };

    internal Option<bool> Rollback { get; } = Flag("--rollback", "-R", "Put every value back when stopping");

    internal Option<bool> Legacy { get; } = Flag("--legacy", "-L", "Do without fentry and tp_btf");

    internal Option<bool> Tenants { get; } = new("--tenants")
    {
        Description = "Let what is seen in tenants' namespaces move settings of the whole machine",
        Arity = ArgumentArity.Zero,
    };

    internal Option<Sourced<TuningMode>?> Mode { get; } = new("--mode")
    {
        Description = "tune (the default), advise (say what would be done, and write nothing) or off; no setting goes beyond it",
        HelpName = "MODE",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = ModeOf,
    };

    internal Option<bool> DryRun { get; } = new("--dry-run")
    {
        Description = "The same as --mode advise",
        Arity = ArgumentArity.Zero,
    };

    internal Option<bool> Debug { get; } = Flag("--debug", "-d", "Log all that is normal, too");

    internal Option<bool> Stderr { get; } = Flag("--stderr", "-s", "Log to standard error, as on a terminal");

    internal Option<int> Port { get; } = new("--port", "-p")
    {
        Description = "Answer read-only queries on this port of 127.0.0.1 (0, the default: on none); with a query: ask there",
        HelpName = "PORT",
        CustomParser = result => Number(result, "--port", 0, 65535),
    };

    internal Option<string> RuntimeDirectory { get; } = Place("--runtime-dir", "Where the control socket is (/run/bpftune)");

    internal Option<string> StateDirectory { get; } = Place("--state-dir", "Where the journal is (/var/lib/bpftune)");

    internal Option<string> ConfigDirectory { get; } = Place("--config", "Where the settings files are (/etc/bpftune)");

    internal DaemonOptions() => Allow.Validators.Add(result =>
    {
        string? problem = null;
        if (SettingKeys.Tuners([.. result.Tokens.Select(t => t.Value)], ref problem) is null)
            result.AddError(problem!);
    });

    /// <summary>The settings that were given; those that were not are null.</summary>
    internal DaemonSettings Bind(ParseResult result)
    {
        string? problem = null;
        var mode = MostCautious(result);
        return new DaemonSettings
        {
            Mode = mode,
            MostMode = mode,
            LearningRate = Given(result, LearningRate) ? result.GetValue(LearningRate) : null,
            Allow = Given(result, Allow) ? SettingKeys.Tuners(result.GetValue(Allow)!, ref problem) : null,
            Cgroup = Full(result.GetValue(Cgroup)),
            LibDirectories = Given(result, LibDirectories) ? result.GetValue(LibDirectories)!.Select(d => Full(d)!).ToImmutableArray() : null,
            Rollback = Given(result, Rollback) ? true : null,
            Legacy = Given(result, Legacy) ? true : null,
            Tenants = Given(result, Tenants) ? true : null,
            Debug = Given(result, Debug) ? true : null,
            Stderr = Given(result, Stderr) ? true : null,
            Port = Given(result, Port) ? result.GetValue(Port) : null,
            RuntimeDirectory = Full(result.GetValue(RuntimeDirectory)),
            StateDirectory = Full(result.GetValue(StateDirectory)),
        };
    }

    internal string ConfigDirectoryOf(ParseResult result) => Full(result.GetValue(ConfigDirectory)) ?? SettingsFiles.DefaultDirectory;

    internal static bool Given(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    internal static Option<bool> Flag(string name, string letter, string description) =>
        new(name, letter) { Description = description, Arity = ArgumentArity.Zero };

    internal static int Number(ArgumentResult result, string option, int minimum, int maximum)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
            return number;
        result.AddError($"{option} takes a number from {minimum} to {maximum}, not '{text}'");
        return 0;
    }

    private Sourced<TuningMode>? MostCautious(ParseResult result)
    {
        var mode = Given(result, Mode) ? result.GetValue(Mode) : null;
        return Given(result, DryRun) && mode is not { Value: TuningMode.Off }
            ? new Sourced<TuningMode>(TuningMode.Advise, DryRun.Name)
            : mode;
    }

    private static Sourced<TuningMode>? ModeOf(ArgumentResult result)
    {
        string? problem = null;
        var mode = RuleKeys.Mode("--mode", result.Tokens.Count == 1 ? result.Tokens[0].Value : "", "--mode", ref problem);
        if (problem is not null)
            result.AddError(problem);
        return mode;
    }

    // The daemon may change its directory: a relative path means what it meant when it was typed.
    private static string? Full(string? path) => string.IsNullOrEmpty(path) ? null : Path.GetFullPath(path);

    private static Option<string> Place(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DIR",
        Arity = ArgumentArity.ExactlyOne,
        Recursive = true,
    };
}
