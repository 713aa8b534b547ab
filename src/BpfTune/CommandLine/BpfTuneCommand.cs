using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using BpfTune.Rendering;

namespace BpfTune.CommandLine;

/// <summary>The command line: the flags of the C program and the verbs.</summary>
internal sealed class BpfTuneCommand
{
    private static readonly string[] s_queries =
        ["help", "tuners", "tunables", "jtunables", "summary", "status", "jstatus", "rollback"];

    private readonly ICommands _commands;
    private readonly DaemonOptions _daemon = new();
    private readonly Option<bool> _version = DaemonOptions.Flag("--version", "-V", "Show the version");
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON", Arity = ArgumentArity.Zero, Recursive = true };
    private readonly RootCommand _root = new("Watches the Linux kernel with BPF and tunes it.");

    internal BpfTuneCommand(ICommands commands)
    {
        _commands = commands;
        ReplaceBuiltInOptions();
        AddRun();
        AddDoctor();
        AddListing("status", "Show the running daemon, its tuners and the values of their tunables", _ => new Listing("status"));
        AddListing("tuners", "Show each tuner with its hooks, counts and where it was overridden", "TUNER", name => new Listing("tuners", name));
        AddListing("tunables", "Show what tuners manage, with bounds and values", "TUNER", name => new Listing("tunables", name));
        AddListing("namespaces", "Show the network namespaces known to the daemon", _ => new Listing("namespaces"));
        AddChanges();
        AddAdvice();
        AddOrder("apply", "Do what was advised, within the limits; 'rollback' puts it back");
        AddOrder("ignore", "Neither list nor log a piece of advice any more");
        AddResume();
        AddRollback();
    }

    /// <summary>All verbs and options, as they are declared.</summary>
    internal RootCommand Root => _root;

    /// <summary>Parses and does what was asked for.</summary>
    /// <returns>The exit code.</returns>
    internal int Invoke(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        var spelling = new OptionSpelling(_root, _version);
        var result = _root.Parse(spelling.Normalize(arguments), new ParserConfiguration { ResponseFileTokenReplacer = null });
        var problem = spelling.Problem ?? (result.Errors.Count > 0 ? result.Errors[0].Message : Misplaced(result));
        if (problem is not null && result.Action is not HelpAction)
        {
            error.Line($"bpftune: {Sentence(problem)} (try 'bpftune --help')");
            return ExitCode.Usage;
        }

        return result.Invoke(new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    // The parser takes options of the root before any verb; one that the verb does not have would be passed over in silence.
    private static string? Misplaced(ParseResult result)
    {
        var command = result.CommandResult.Command;
        return result.RootCommandResult.Children.OfType<OptionResult>()
            .Where(o => !o.Implicit && !o.Option.Recursive && !command.Options.Contains(o.Option))
            .Select(o => $"{o.IdentifierToken?.Value} does not go with '{command.Name}'")
            .FirstOrDefault();
    }

    // One line in the style of all the others: no full stop, no line breaks.
    private static string Sentence(string message) => message.ReplaceLineEndings(" ").TrimEnd('.', ' ');

    private void ReplaceBuiltInOptions()
    {
        foreach (var option in _root.Options.Where(o => o is HelpOption or VersionOption).ToArray())
            _root.Options.Remove(option);
        _root.Options.Add(new HelpOption("--help", "-h") { Description = "Show this help" });
        _root.Options.Add(_json);
        _root.Options.Add(_daemon.RuntimeDirectory);
        _root.Options.Add(_daemon.StateDirectory);
        _root.Options.Add(_daemon.ConfigDirectory);
    }

    private void AddRun()
    {
        var detach = DaemonOptions.Flag("--daemon", "-D", "Go into the background once everything is loaded");
        var support = DaemonOptions.Flag("--support", "-S", "Say what this kernel supports, and stop");
        var libDirectory = DaemonOptions.Flag("--print-libdir", "-P", "Show where this installation's tuners are");
        var query = new Option<string>("--query", "-q")
        {
            Description = "Ask the running daemon: " + string.Join(", ", s_queries),
            HelpName = "QUERY",
            Arity = ArgumentArity.ExactlyOne,
        };
        query.Validators.Add(result =>
        {
            var asked = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (!s_queries.Contains(asked))
                result.AddError($"there is no query '{asked}'; there are {string.Join(", ", s_queries)}");
        });

        foreach (var option in (ReadOnlySpan<Option>)[_version, query, support, libDirectory, detach])
            _root.Options.Add(option);
        AddDaemonOptions(_root);
        _root.SetAction(result =>
        {
            if (DaemonOptions.Given(result, _version))
                return _commands.PrintVersion();
            if (DaemonOptions.Given(result, libDirectory))
                return _commands.PrintLibDirectory();
            if (result.GetValue(query) is { } asked)
                return Query(asked, Client(result));
            if (DaemonOptions.Given(result, support))
                return _commands.Support(_daemon.Bind(result), _daemon.ConfigDirectoryOf(result));
            return _commands.Run(new RunArguments(_daemon.Bind(result), _daemon.ConfigDirectoryOf(result), DaemonOptions.Given(result, detach)));
        });

        var run = new Command("run", "Run the daemon in the foreground (as without a verb)") { detach };
        AddDaemonOptions(run);
        run.SetAction(result => _commands.Run(
            new RunArguments(_daemon.Bind(result), _daemon.ConfigDirectoryOf(result), DaemonOptions.Given(result, detach))));
        _root.Subcommands.Add(run);
    }

    private void AddDaemonOptions(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[
            _daemon.LearningRate, _daemon.Allow, _daemon.Cgroup, _daemon.LibDirectories, _daemon.Rollback, _daemon.Legacy,
            _daemon.Tenants, _daemon.Mode, _daemon.DryRun, _daemon.Debug, _daemon.Stderr, _daemon.Port])
            command.Options.Add(option);
    }

    private void AddDoctor()
    {
        var doctor = new Command("doctor", "Load every tuner for a moment and show how each hook comes out; needs no daemon")
        {
            _daemon.Allow, _daemon.Cgroup, _daemon.LibDirectories, _daemon.Legacy, _daemon.Debug,
        };
        doctor.SetAction(result => _commands.Doctor(_daemon.Bind(result), _daemon.ConfigDirectoryOf(result), result.GetValue(_json)));
        _root.Subcommands.Add(doctor);
    }

    private void AddListing(string verb, string description, Func<string?, Listing> listing)
    {
        var command = new Command(verb, description) { _daemon.Port };
        command.SetAction(result => _commands.Show(listing(null), Client(result)));
        _root.Subcommands.Add(command);
    }

    private void AddListing(string verb, string description, string argumentName, Func<string?, Listing> listing)
    {
        var argument = new Argument<string?>(argumentName) { Arity = ArgumentArity.ZeroOrOne, Description = "One tuner only" };
        var command = new Command(verb, description) { argument, _daemon.Port };
        command.SetAction(result => _commands.Show(listing(result.GetValue(argument)), Client(result)));
        _root.Subcommands.Add(command);
    }

    private void AddChanges()
    {
        var limit = new Option<int>("--limit", "-n")
        {
            Description = "At most so many, newest first (50)",
            HelpName = "N",
            CustomParser = result => DaemonOptions.Number(result, "--limit", 1, 100_000),
        };
        var changes = new Command("changes", "Show what was changed, when and why") { limit, _daemon.Port };
        changes.SetAction(result => _commands.Show(
            new Listing("changes", Limit: DaemonOptions.Given(result, limit) ? result.GetValue(limit) : null), Client(result)));
        _root.Subcommands.Add(changes);
    }

    private void AddAdvice()
    {
        var all = new Option<bool>("--all") { Description = "Show what is ignored, too", Arity = ArgumentArity.Zero };
        var advice = new Command("advice", "Show what would have been done where the mode is advise") { all, _daemon.Port };
        advice.SetAction(result => _commands.Show(new Listing("advice", All: DaemonOptions.Given(result, all)), Client(result)));
        _root.Subcommands.Add(advice);
    }

    private void AddOrder(string verb, string description)
    {
        var ids = new Argument<string[]>("ID") { Arity = ArgumentArity.OneOrMore, Description = "An id that 'bpftune advice' shows" };
        var order = new Command(verb, description) { ids };
        order.SetAction(result => _commands.Order(verb, result.GetRequiredValue(ids), Client(result)));
        _root.Subcommands.Add(order);
    }

    private void AddResume()
    {
        var tuner = new Argument<string>("TUNER") { Description = "The tuner's name" };
        var networkNamespace = new Argument<string?>("NAMESPACE")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "One network namespace only, by name or inode number ('global' is the daemon's own)",
        };
        var resume = new Command("resume", "Let a tuner tune again where an administrator's own setting stopped it") { tuner, networkNamespace };
        resume.SetAction(result => _commands.Resume(result.GetRequiredValue(tuner), result.GetValue(networkNamespace), Client(result)));
        _root.Subcommands.Add(resume);
    }

    private void AddRollback()
    {
        var preview = DaemonOptions.Flag("--dry-run", "-n", "Only say what would be put back");
        var rollback = new Command("rollback", "Put back every value that was changed, with or without a running daemon") { preview };
        rollback.SetAction(result => _commands.Rollback(DaemonOptions.Given(result, preview), Client(result)));
        _root.Subcommands.Add(rollback);
    }

    private int Query(string query, ClientArguments client) => query switch
    {
        "help" => _commands.QueryHelp(),
        "rollback" => _commands.RollbackScript(client),
        _ => _commands.Show(new Listing(query), client),
    };

    private ClientArguments Client(ParseResult result)
    {
        var settings = _daemon.Bind(result);
        return new ClientArguments(result.GetValue(_json), settings.PortInUse, settings, _daemon.ConfigDirectoryOf(result));
    }
}
