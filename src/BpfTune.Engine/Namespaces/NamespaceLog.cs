using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Namespaces;

/// <summary>Log lines about namespaces: event ids 4100 to 4199.</summary>
internal static partial class NamespaceLog
{
    [LoggerMessage(4100, LogLevel.Debug, "namespace {Name} (inode {Inode}, cookie {Cookie}) found at {Path}")]
    internal static partial void Found(ILogger logger, string name, uint inode, ulong cookie, string path);

    [LoggerMessage(4101, LogLevel.Debug, "namespace {Name} (inode {Inode}, cookie {Cookie}) is gone")]
    internal static partial void Gone(ILogger logger, string name, uint inode, ulong cookie);

    [LoggerMessage(4102, LogLevel.Debug, "no name, mount or process leads to the namespace with inode {Inode} and cookie {Cookie}")]
    internal static partial void Unresolved(ILogger logger, uint inode, ulong cookie);

    [LoggerMessage(4103, LogLevel.Debug, "inode {Inode} now belongs to another namespace: cookie {Cookie} instead of {OldCookie}")]
    internal static partial void Reused(ILogger logger, uint inode, ulong cookie, ulong oldCookie);

    [LoggerMessage(4105, LogLevel.Information, "{Owner} has more network namespaces than are tuned for one tenant ({Each}) or for all ({All}): the others keep their settings")]
    internal static partial void ShareFull(ILogger logger, NamespaceOwner owner, int each, int all);

    [LoggerMessage(4106, LogLevel.Information, "{Owner} has more network namespaces to which nothing leads than are looked for at a time ({Each} of one tenant, {All} of all): the others keep their settings")]
    internal static partial void TooManyUnresolved(ILogger logger, NamespaceOwner owner, int each, int all);

    [LoggerMessage(4104, LogLevel.Warning, "names of network namespaces are not watched: the limit fs.inotify.max_user_instances is reached, so new namespaces are found later")]
    internal static partial void NotWatched(ILogger logger);
}
