using BpfTune.CommandLine;

namespace BpfTune;

/// <summary>The command <c>bpftune</c>.</summary>
internal static class Program
{
    internal static int Main(string[] arguments) => OpenFiles.Raise() ? Run(arguments) : ExitCode.Failed;

    private static int Run(string[] arguments)
    {
        // Whatever files are made are root's alone, whoever started this with whatever mask, unless they are given another mode.
        _ = Interop.SetCreationMask(Convert.ToUInt32("077", 8));
        // Not disposed of: what could not be written is said once, below.
        var output = new StreamWriter(new DescriptorStream(DescriptorStream.StandardOutput));
        var error = new StreamWriter(new DescriptorStream(DescriptorStream.StandardError)) { AutoFlush = true };
        try
        {
            var code = new BpfTuneCommand(new Commands(arguments, output, error)).Invoke(arguments, output, error);
            output.Flush();
            return code;
        }
        catch (Exception e)
        {
            // A fault of ours: whoever reports it needs the whole of it.
            error.WriteLine($"bpftune: unexpected: {e}");
            return ExitCode.Failed;
        }
    }
}
