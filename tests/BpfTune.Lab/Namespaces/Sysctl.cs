namespace BpfTune.Lab;

/// <summary>Sysctls of the network namespace that the calling thread is in.</summary>
public static class Sysctl
{
    /// <summary>The value in one line, members separated by one space each.</summary>
    /// <param name="name">Dotted, as 'net.ipv4.tcp_rmem'.</param>
    /// <exception cref="LabException">This kernel, or this namespace, has no such sysctl.</exception>
    public static string Read(string name) => TryRead(name)
        ?? throw new LabException($"no sysctl {name} in this namespace");

    /// <summary>As <see cref="Read"/>, or null where there is no such sysctl.</summary>
    public static string? TryRead(string name)
    {
        try
        {
            return Normalize(File.ReadAllText(PathOf(name)));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes a value, and reads it back for proof.</summary>
    /// <exception cref="LabException">The kernel refused it, or took another value.</exception>
    public static void Write(string name, string value)
    {
        try
        {
            // One write(2), no truncation: the kernel takes a sysctl whole.
            using var stream = new FileStream(PathOf(name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(value + "\n"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"cannot set {name} to '{value}': {exception.Message}", exception);
        }

        string now = Read(name);
        if (now != Normalize(value))
        {
            throw new LabException($"{name} is '{now}' after '{value}' was written");
        }
    }

    internal static string Normalize(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string PathOf(string name) => "/proc/sys/" + name.Replace('.', '/');
}
