namespace Nuke.Common.Execution;

internal enum ExecutionStatus
{
    Scheduled,
    NotRun,
    Skipped,
    Running,
    Succeeded,
    Failed,
}
