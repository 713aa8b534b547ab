namespace BpfTune.Engine.Tuning;

/// <summary>Tells one boot of the machine from another.</summary>
internal static class BootId
{
    private const string Source = "/proc/sys/kernel/random/boot_id";

    /// <exception cref="JournalException">/proc is not there.</exception>
    internal static string Read()
    {
        try
        {
            return File.ReadAllText(Source).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"{Source} cannot be read: {exception.Message}", exception);
        }
    }
}
