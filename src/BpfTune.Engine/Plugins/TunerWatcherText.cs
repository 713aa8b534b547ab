
namespace BpfTune.Engine.Plugins;

/// <summary>What it means that something cannot be watched.</summary>
internal static class TunerWatcherText
{
    /// <summary>One sentence.</summary>
    /// <param name="path">The directory; null when watching is not possible at all.</param>
    /// <param name="errno">What inotify(7) said.</param>
    internal static string Problem(string? path, int errno)
    {
        var why = errno switch
        {
            LibBpf.Errno.ENOSPC => "the limit fs.inotify.max_user_watches is used up",
            LibBpf.Errno.EMFILE => "the limit fs.inotify.max_user_instances or that of open files is used up",
            _ => LibBpf.Errno.Describe(errno),
        };
        var where = path is null ? "the tuner directories" : path;
        return $"tuners added to or removed from {where} are noticed at the next start only: {why}";
    }
}
