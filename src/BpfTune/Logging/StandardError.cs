namespace BpfTune.Logging;

/// <summary>Standard error, in the form that its reader wants.</summary>
internal static class StandardError
{
    private const int Descriptor = DescriptorStream.StandardError;

    /// <summary>Whether standard error is a terminal.</summary>
    internal static bool IsTerminal => Interop.IsTerminal(Descriptor) == 1;

    /// <summary>The sink for standard error.</summary>
    /// <param name="plain">Lines for a person, even if systemd's journal reads them.</param>
    /// <param name="time">The clock.</param>
    internal static ILogSink Sink(bool plain, TimeProvider time)
    {
        var stream = new DescriptorStream(Descriptor);
        if (!plain && JournalStream.Matches(Environment.GetEnvironmentVariable("JOURNAL_STREAM"), Interop.Identity(Descriptor)))
            return new JournalSink(stream);
        var colour = IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new TerminalSink(stream, colour, time);
    }
}
