namespace Nuke.Common.Tooling;

/// <summary>A process ended with another exit code than 0.</summary>
public sealed class ProcessException : Exception
{
    internal ProcessException(IProcess process)
        : base(Describe(process)) => ExitCode = process.ExitCode;

    /// <summary>The exit code.</summary>
    public int ExitCode { get; }

    private static string Describe(IProcess process)
    {
        var text = $"Process '{Path.GetFileName(process.FileName)}' exited with code {process.ExitCode}.\n"
            + $"   > {process.FileName} {process.Arguments}\n   @ {process.WorkingDirectory}";
        var errors = process.Output.Where(line => line.Type == OutputType.Err).Select(line => line.Text).TakeLast(20).ToList();
        return errors.Count == 0 ? text : $"{text}\nError output:\n{string.Join('\n', errors)}";
    }
}
