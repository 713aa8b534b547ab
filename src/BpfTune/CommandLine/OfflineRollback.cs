using BpfTune.Daemon;
using BpfTune.Engine;
using BpfTune.Engine.Control;
using BpfTune.Engine.Kernel;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Plugins;
using BpfTune.Engine.Tuning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.CommandLine;

/// <summary>Puts values back from the journal alone, when no daemon runs: after one was killed, or any time later in the same boot.</summary>
internal static partial class OfflineRollback
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
            // Nothing is made where there is nothing, or only said what would be done.
            if (!Journal.IsThere(options.JournalPath))
                return [];
            using var journal = new Journal(options.JournalPath, TimeProvider.System, NullLogger.Instance);
            // What cannot be read must not pass for a journal that says nothing was changed.
            if (journal.Problem is { } problem)
                throw new ControlException(ControlError.Failed, $"{problem}; nothing is put back");
            using var namespaces = new NamespaceRegistry(TimeProvider.System, NullLogger.Instance);
            var directories = new TunerDirectories([.. options.LibDirectories, LibDirectory.Of(AppContext.BaseDirectory)]);
            var rollback = new Rollback(
                journal,
                new SysctlStore(namespaces),
                namespaces,
                () => InstalledTunables.Read(directories, loggers.CreateLogger("tuners")),
                NullLogger.Instance);
            IReadOnlyList<RollbackReport> reports = [.. rollback.Run(preview).Select(RollbackReport.Of)];
            // Values are put back all the same when that cannot be written down, on a disk that is full or read-only.
            if (!preview && journal.Problem is { } trouble)
                LogNotRecorded(loggers.CreateLogger("journal"), trouble);
            return reports;
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

    [LoggerMessage(EventId = 7010, Level = LogLevel.Warning, Message = "{Trouble}; what was put back is not recorded")]
    private static partial void LogNotRecorded(ILogger logger, string trouble);
}
