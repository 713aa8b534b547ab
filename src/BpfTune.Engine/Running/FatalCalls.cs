using BpfTune.Engine.Control;
using BpfTune.Engine.Plugins;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>
/// Whose code runs: a tuner in whose code the daemon hangs, or in which the one before it died, is named and left out the
/// next time.
/// </summary>
internal sealed class FatalCalls : IDisposable
{
    private readonly ILogger _log;
    private readonly CallMark? _mark;

    public FatalCalls(EngineOptions options, TimeProvider time, ILogger log)
    {
        _log = log;
        Held = new HeldTuners(options.RuntimeDirectory, time);
        _mark = OpenMark(options.RuntimeDirectory);
        Calls = new TunerCalls(OnHang, _mark);
    }

    /// <summary>Those that are left out.</summary>
    public HeldTuners Held { get; }

    /// <summary>Through which all of a tuner's code is run.</summary>
    public TunerCalls Calls { get; }

    /// <summary>Told of a hang, to end the process; without one it ends at once.</summary>
    public IEngineObserver? Observer { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _mark?.Dispose();

    /// <summary>Opens the note of whose code runs, and takes note of whose ran when the daemon before this one ended.</summary>
    private CallMark? OpenMark(string directory)
    {
        try
        {
            var mark = CallMark.Open(directory);
            try
            {
                if (mark.Last is ({ } name, { } hash) && TunerName.IsValid(name))
                    Held.Crash(name, hash);
                return mark;
            }
            catch
            {
                mark.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            EngineLog.NoCallMark(_log, e.Message);
            return null;
        }
    }

    /// <summary>On the thread that looks on; the loop's is lost.</summary>
    private void OnHang(TunerCallSite tuner, string call)
    {
        try
        {
            Held.Hang(tuner.Name, tuner.Hash, call);
            _mark?.Set(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            EngineLog.CannotHold(_log, tuner.Name, e.Message);
        }

        EngineLog.TunerHangs(_log, tuner.Name, call, TunerCalls.Patience);
        if (Observer is { } observer)
            observer.OnHang();
        else
            Environment.FailFast(null);
    }
}
