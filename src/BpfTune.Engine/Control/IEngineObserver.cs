namespace BpfTune.Engine.Control;

/// <summary>Told by the engine, on its loop's thread, how it is getting on.</summary>
public interface IEngineObserver
{
    /// <summary>Everything is loaded and attached; called once.</summary>
    /// <param name="status">One line: '3 tuners running'.</param>
    void OnReady(string status);

    /// <summary>The line has changed: a tuner came, went or failed.</summary>
    /// <param name="status">One line.</param>
    void OnStatus(string status);

    /// <summary>How often <see cref="OnAlive"/> is to be called while the loop runs; null for never.</summary>
    TimeSpan? KeepAlive { get; }

    /// <summary>The loop runs.</summary>
    void OnAlive();

    /// <summary>
    /// The loop does not run, since the code of a tuner does not return, and never will: the process is to be ended at
    /// once. Called on another thread. All that is to be said has been logged.
    /// </summary>
    void OnHang();
}
