namespace BpfTune.Skeletons;

/// <summary>
/// Exit codes: 0 the skeleton is up to date, 1 none can be made, 2 wrong usage. Errors are lines in the form that MSBuild turns into
/// errors of its own: <c>FILE : error BTS007: what</c>.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments) => Run(arguments, Console.Out, Console.Error);

    internal static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        if (arguments is ["--help"] or ["-h"])
        {
            output.WriteLine(Options.Usage);
            return 0;
        }

        string origin = "BpfTune.Skeletons";
        try
        {
            Options options = Options.Parse(arguments);
            origin = options.ObjectPath;
            OutputFile.WriteIfChanged(options.OutputPath, Generator.Generate(options));
            return 0;
        }
        catch (SkeletonException exception)
        {
            error.WriteLine($"{origin} : error {exception.Code}: {exception.Message}");
            return exception.Code == ErrorCode.Usage ? 2 : 1;
        }
    }
}
