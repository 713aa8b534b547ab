namespace BpfTune.Skeletons.Tests.Support;

/// <summary>Runs the tool as its command line would, in this process.</summary>
internal static class Tool
{
    public static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = Program.Run(arguments, output, error);
        return (exitCode, output.ToString(), error.ToString());
    }

    public static (int ExitCode, string Output, string Error) Generate(string objectPath, string outputPath, params string[] more) =>
        Run(["--object", objectPath, "--namespace", "Test.Generated", "--class", "TestBpf", "--output", outputPath, .. more]);
}
