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

    private static bool IsJournal =>
        JournalStream.Matches(Environment.GetEnvironmentVariable("JOURNAL_STREAM"), Interop.Identity(Descriptor));

    /// <summary>
    /// The system log, when it is to be written as well: nobody has asked for standard error, and neither a terminal nor
    /// the journal reads it. Else, and where there is none, null.
    /// </summary>
    /// <param name="plain">Whether standard error was asked for.</param>
    internal static ILogSink? SystemLog(bool plain) => plain || IsTerminal || IsJournal ? null : SyslogSink.Open();

    /// <summary>The sink for standard error.</summary>
    /// <param name="plain">Lines for a person, even if systemd's journal reads them.</param>
    /// <param name="time">The clock.</param>
    internal static ILogSink Sink(bool plain, TimeProvider time)
    {
        var journal = !plain && IsJournal;
        var colour = IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        s_stream.SayDroppedAs(Form);
        return Form(s_stream);

        ILogSink Form(Stream stream) => journal ? new JournalSink(stream) : new TerminalSink(stream, colour, time);
    }
}
