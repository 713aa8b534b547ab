namespace BpfTune.Lab.Verbs;

/// <summary>What all verbs share: an expected failure is one line and exit code 1.</summary>
internal static class Verb
{
    internal const int Done = 0;
    internal const int Failed = 1;

    internal static int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (Exception) when (LabLifetime.IsClosing)
        {
            // A signal is putting everything away under the verb's hands; it ends the process and sets the exit code.
            Thread.Sleep(Timeout.Infinite);
            return Failed;
        }
        catch (LabException exception)
        {
            Console.Error.WriteLine("lab: " + exception.Message);
            return Failed;
        }
        finally
        {
            LabLifetime.DisposeAll();
        }
    }
}
