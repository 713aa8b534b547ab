using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// The tunables of the tuners that are installed. Only root can install one, so this is root's own list of what may be
/// put back when a journal does not tell.
/// </summary>
public static class InstalledTunables
{
    /// <summary>Loads every tuner that may be loaded and asks it; nothing gets into the kernel.</summary>
    public static IEnumerable<string> Read(TunerDirectories directories, ILogger log)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var change in new TunerCatalog(directories, log).Look())
        {
            if (!change.IsLoadable || !TunerLoader.TryLoad(change.File, out var tuner, out _))
                continue;
            try
            {
                var declaration = new TunerDeclaration();
                tuner.Declare(declaration);
                names.UnionWith(declaration.Tunables.Select(tunable => tunable.Name));
            }
            catch (Exception e)
            {
                // A tuner may throw whatever it likes: it costs that tuner's tunables.
                TunerLog.CannotDeclare(log, change.Name, e.Message);
            }
        }

        return names;
    }
}
