using BpfTune.Daemon;
using BpfTune.Engine;
using BpfTune.Engine.Control;
using BpfTune.Engine.Kernel;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.CommandLine;

/// <summary>Puts values back from the journal alone, when no daemon runs: after one was killed, or any time later in the same boot.</summary>
internal static class OfflineRollback
{
    /// <summary>Does it.</summary>
    /// <param name="options">Where journal and lock are.</param>
    /// <param name="preview">Only say what would be done.</param>
    /// <param name="loggers">For troubles of the journal; what is put back is in the result.</param>
    /// <exception cref="ControlException">No privilege, no readable journal, or a daemon after all.</exception>
    internal static IReadOnlyList<RollbackReport> Run(EngineOptions options, bool preview, ILoggerFactory loggers)
    {
        var process = ProcessCapabilities.Read();
        if (!process.Has(Capability.NetAdmin) || !process.Has(Capability.SysAdmin))
            throw new ControlException(ControlError.Denied, "only root can put values back; try sudo");
        try
        {
            // A daemon that starts meanwhile would write the same journal.
            using var instance = InstanceLock.Acquire(options.PidFilePath, Environment.ProcessId);
            // Asked first, since what cannot be read must not pass for a journal that says nothing was changed.
            if (Journal.ReadRecords(options.JournalPath).Count == 0)
                return [];
            using var journal = new Journal(options.JournalPath, TimeProvider.System, loggers.CreateLogger("journal"));
            if (!journal.TryPrepare())
                throw new ControlException(ControlError.Failed, $"the journal {options.JournalPath} cannot be opened, so nothing is put back");
            using var namespaces = new NamespaceRegistry(TimeProvider.System, NullLogger.Instance);
            return [.. new Rollback(journal, new SysctlStore(namespaces), namespaces, NullLogger.Instance).Run(preview).Select(RollbackReport.Of)];
        }
        catch (InstanceRunningException e)
        {
            throw new ControlException(ControlError.Failed, $"{e.Message}, but it does not answer");
        }
        catch (Exception e) when (e is JournalException or NamespaceException or IOException or UnauthorizedAccessException)
        {
            throw new ControlException(ControlError.Failed, e.Message);
        }
    }
}
