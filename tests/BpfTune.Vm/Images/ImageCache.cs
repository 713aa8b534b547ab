using System.Security.Cryptography;
using System.Text;

namespace BpfTune.Vm;

/// <summary>
/// A directory of things that take long to make. An entry is named after its recipe, so one that was made by another
/// recipe is never taken; it appears whole or not at all; and processes that want the same entry wait for each other.
/// </summary>
public sealed class ImageCache
{
    /// <summary>The variable that names the directory.</summary>
    public const string Variable = "BPFTUNE_VM_CACHE";

    private const string Unfinished = ".unfinished";

    private readonly Action<string> _progress;

    /// <summary>Takes a directory; it is made when it is needed.</summary>
    /// <param name="directory">Null: $BPFTUNE_VM_CACHE, else bpftune-vm below $XDG_CACHE_HOME or /var/cache.</param>
    /// <param name="progress">Is told what is made.</param>
    public ImageCache(string? directory = null, Action<string>? progress = null)
    {
        Directory = directory ?? Default;
        _progress = progress ?? (static _ => { });
    }

    /// <summary>Where the entries are.</summary>
    public string Directory { get; }

    /// <summary>An entry that is older than this is made anew if that works, and else used as it is.</summary>
    public TimeSpan MaximumAge { get; init; } = TimeSpan.FromDays(30);

    private static string Default =>
        Text(Variable) ?? Path.Combine(Text("XDG_CACHE_HOME") ?? "/var/cache", "bpftune-vm");

    /// <summary>The directory of an entry, made if need be.</summary>
    /// <param name="name">What it is: letters, digits, '.', '-'.</param>
    /// <param name="recipe">All that its content depends on, as text.</param>
    /// <param name="make">Fills a new directory.</param>
    /// <exception cref="VmException">It could not be made, and there is no older one.</exception>
    public string Get(string name, string recipe, Action<string> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(make);
        System.IO.Directory.CreateDirectory(Directory);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..12];
        var entry = Path.Combine(Directory, $"{name}_{hash}");
        using var gate = Lock(Path.Combine(Directory, $"{name}.lock"));
        var exists = System.IO.Directory.Exists(entry);
        if (exists && DateTime.UtcNow - System.IO.Directory.GetLastWriteTimeUtc(entry) < MaximumAge)
            return entry;

        _progress($"{(exists ? "renewing" : "making")} {name} in {Directory}");
        foreach (var old in System.IO.Directory.EnumerateDirectories(Directory, $"{name}_*{Unfinished}"))
            System.IO.Directory.Delete(old, recursive: true);
        var unfinished = entry + Unfinished;
        System.IO.Directory.CreateDirectory(unfinished);
        try
        {
            make(unfinished);
        }
        catch (Exception exception) when (exception is VmException or Lab.LabException or IOException or UnauthorizedAccessException)
        {
            System.IO.Directory.Delete(unfinished, recursive: true);
            if (!exists)
                throw new VmException($"{name} could not be made: {exception.Message}", exception);
            _progress($"{name} could not be renewed, so the older one is used: {exception.Message}");
            return entry;
        }

        // A machine that runs from an older one has its files open.
        foreach (var old in System.IO.Directory.EnumerateDirectories(Directory, $"{name}_*").Where(old => old != unfinished))
            System.IO.Directory.Delete(old, recursive: true);
        System.IO.Directory.Move(unfinished, entry);
        System.IO.Directory.SetLastWriteTimeUtc(entry, DateTime.UtcNow);
        return entry;
    }

    private static FileStream Lock(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                Thread.Sleep(200);
            }
        }
    }

    private static string? Text(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;
}
