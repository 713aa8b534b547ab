using System.Text.Json;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// Which tuners are left out, and why, in notes that outlive the process: one that hung or crashed must not do so again
/// at once. A note is about one content of the file. They lie in the runtime directory, so a boot lifts them too.
/// </summary>
internal sealed class HeldTuners(string directory, TimeProvider time)
{
    private const string Prefix = "held-";

    /// <summary>How long one is left out that was running when a daemon ended in no orderly way: it may have been killed.</summary>
    internal static readonly TimeSpan AfterCrash = TimeSpan.FromMinutes(1);

    /// <summary>The note about a tuner; null when there is none, or none about this content.</summary>
    internal HeldTuner? Find(string name, string hash)
    {
        try
        {
            var note = Read(File.ReadAllBytes(PathOf(name)));
            if (note?.Hash == hash)
                return note;
            File.Delete(PathOf(name));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is none: that is normal.
            return null;
        }
    }

    /// <summary>Leaves a tuner out from the next start on, until somebody lifts it.</summary>
    /// <exception cref="IOException">The note cannot be written.</exception>
    internal void Hang(string name, string hash, string call) =>
        Write(name, new HeldTuner(hash, 0, null, $"it did not return from {call}, and the daemon had to be ended"));

    /// <summary>
    /// Notes that a daemon ended in the midst of a tuner's code: once, it may have been killed from outside, and the
    /// tuner is left out for a while; twice, for good.
    /// </summary>
    /// <exception cref="IOException">The note cannot be written.</exception>
    internal HeldTuner Crash(string name, string hash)
    {
        var crashes = (Find(name, hash)?.Crashes ?? 0) + 1;
        var note = crashes == 1
            ? new HeldTuner(hash, crashes, TimeSpan.FromMilliseconds(Math.Floor((Now + AfterCrash).TotalMilliseconds)), "the last daemon ended in the midst of its code, by a crash or by being killed")
            : new HeldTuner(hash, crashes, null, "two daemons ended in the midst of its code");
        Write(name, note);
        return note;
    }

    /// <summary>Lifts it.</summary>
    internal void Release(string name)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There was none; or it stays, and the next start says so.
        }
    }

    /// <summary>How long a note still holds; zero when it does not, null for as long as nobody lifts it.</summary>
    internal TimeSpan? Left(HeldTuner note) =>
        note.Until is not { } until ? null : until > Now ? until - Now : TimeSpan.Zero;

    // The clock of all processes since the machine was started.
    private TimeSpan Now => time.GetElapsedTime(0);

    private string PathOf(string name) => Path.Combine(directory, Prefix + name);

    private void Write(string name, HeldTuner note)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("hash", note.Hash);
            writer.WriteNumber("crashes", note.Crashes);
            if (note.Until is { } until)
                writer.WriteNumber("until_ms", (long)until.TotalMilliseconds);
            writer.WriteString("reason", note.Reason);
            writer.WriteEndObject();
        }

        // As a whole or not at all: the process may be about to end.
        var path = PathOf(name);
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, stream.ToArray());
        File.Move(temporary, path, overwrite: true);
    }

    private static HeldTuner? Read(byte[] note)
    {
        try
        {
            using var json = JsonDocument.Parse(note);
            var root = json.RootElement;
            return new HeldTuner(
                root.GetProperty("hash").GetString()!,
                root.GetProperty("crashes").GetInt32(),
                root.TryGetProperty("until_ms", out var until) ? TimeSpan.FromMilliseconds(until.GetInt64()) : null,
                Loop.FaultText.OneLine(root.GetProperty("reason").GetString()));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            // Cut short by a full disk, say: it names no content, so it holds nothing.
            return null;
        }
    }
}
