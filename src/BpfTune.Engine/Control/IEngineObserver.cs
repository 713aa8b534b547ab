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
}
