namespace BpfTune.Logging;

/// <summary>Standard error, in the form that its reader wants.</summary>
internal static class StandardError
{
    private const int Descriptor = DescriptorStream.StandardError;

    /// <summary>How long the end of the process waits for the reader of its last words.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(0.5);

    private static readonly LogStream s_stream = new(new DescriptorStream(Descriptor));

    /// <summary>Whether standard error is a terminal.</summary>
    internal static bool IsTerminal => Interop.IsTerminal(Descriptor) == 1;

    /// <summary>Waits for a reader that is slow, but not for long.</summary>
    internal static void Flush() => s_stream.Flush(s_patience);

    /// <summary>The sink for standard error.</summary>
    /// <param name="plain">Lines for a person, even if systemd's journal reads them.</param>
    /// <param name="time">The clock.</param>
    internal static ILogSink Sink(bool plain, TimeProvider time)
    {
        var journal = !plain && JournalStream.Matches(Environment.GetEnvironmentVariable("JOURNAL_STREAM"), Interop.Identity(Descriptor));
        var colour = IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        s_stream.SayDroppedAs(Form);
        return Form(s_stream);

        ILogSink Form(Stream stream) => journal ? new JournalSink(stream) : new TerminalSink(stream, colour, time);
    }
}
