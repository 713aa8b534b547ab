namespace BpfTune.Lab;

/// <summary>Threads of their own for calls that block; a failure comes out of the task, not out of the process.</summary>
internal static class LabThread
{
    internal static Task<T> Run<T>(string name, Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(action());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        })
        {
            IsBackground = true,
            Name = name,
        }.Start();
        return done.Task;
    }
}
