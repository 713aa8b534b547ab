using System.Collections.Immutable;
using BpfTune.Engine.Hooks;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Kernel;

/// <summary>
/// The engine's own BPF object: the maps that all tuners share, and the hooks without which no tuner would be safe.
/// </summary>
public sealed partial class CoreBpf : IDisposable
{
    /// <summary>Name of the object, and the number that its events carry: no tuner is given it.</summary>
    public const string Owner = "engine";

    /// <summary>The tuner number of the engine's own events.</summary>
    public const ushort TunerId = 0;

    private const string SysctlWatch = "sysctl_watch";

    private readonly LoadedHooks _hooks;
    private readonly BpfLoadedObject? _mapsOnly;

    private CoreBpf(LoadedHooks hooks, BpfLoadedObject? mapsOnly)
    {
        _hooks = hooks;
        _mapsOnly = mapsOnly;
        Shared = new SharedMaps(
            Object.Map(SharedMaps.RingName), Object.Map(SharedMaps.RateName), Object.Map(SharedMaps.ShareName),
            Object.Map(SharedMaps.LostName));
    }

    /// <summary>What tuners' objects use in place of maps of their own.</summary>
    public SharedMaps Shared { get; }

    /// <summary>How the engine's hooks came out.</summary>
    public ImmutableArray<HookStatus> Hooks => _hooks.Hooks;

    /// <summary>The loaded object.</summary>
    public BpfLoadedObject Object => _hooks.Object ?? _mapsOnly!;

    /// <summary>Whether writes of sysctls are told of.</summary>
    internal bool IsWatchingSysctls => Hooks.Any(h => h.Works && h.Hook.Name == SysctlWatch);

    /// <summary>The daemon's process id as the programs see it, in the first pid namespace.</summary>
    public uint SelfProcessId { get; private set; }

    /// <summary>Loads and attaches it.</summary>
    /// <param name="loader">How hooks are loaded on this kernel.</param>
    /// <param name="log">Where it is noted how it went.</param>
    /// <exception cref="BpfException">Not even the maps could be made: nothing can work.</exception>
    public static CoreBpf Load(HookLoader loader, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(loader);
        var declaration = new TunerDeclaration()
            .Object(EngineBpf.Image)
            .Hook(new Hook(
                SysctlWatch,
                "settings made by hand are noticed late, by their values alone, and who made them is not known",
                Mechanism.Bpf(EngineBpf.ProgramNames.bpftune_sysctl)))
            .Hook(new Hook(
                "namespace_watch",
                "new network namespaces are noticed at their first event only",
                Mechanism.Bpf(EngineBpf.ProgramNames.bpftune_netns)));
        var hooks = loader.Load(Owner, TunerId, declaration, null, [EngineBpf.ProgramNames.bpftune_self]);
        var core = new CoreBpf(hooks, hooks.Object is null ? LoadMaps() : null);
        try
        {
            core.LearnSelf(log);
            return core;
        }
        catch
        {
            core.Dispose();
            throw;
        }
    }

    /// <summary>Detaches and unloads it. Tuners must be gone by then.</summary>
    public void Dispose()
    {
        _hooks.Dispose();
        _mapsOnly?.Dispose();
    }

    private static BpfLoadedObject LoadMaps()
    {
        using var opened = BpfObject.Open(EngineBpf.Image, Owner);
        foreach (var program in opened.Programs)
            program.AutoLoad = false;
        return opened.Load();
    }

    /// <summary>In a container the process's own number is not what the programs see: one of them is asked.</summary>
    private void LearnSelf(ILogger log)
    {
        ref var self = ref Object.Variable<uint>("bpftune_self_tgid");
        try
        {
            if (Object.TryGetProgram(EngineBpf.ProgramNames.bpftune_self, out var program))
                program!.TestRun();
        }
        catch (BpfException e)
        {
            var reason = HookText.Reason(e);
            LogSelfUnknown(log, reason);
        }

        // Right everywhere but inside a pid namespace on a kernel that cannot run the program.
        if (self == 0)
            self = (uint)Environment.ProcessId;
        SelfProcessId = self;
    }

    [LoggerMessage(EventId = 2003, Level = LogLevel.Debug, Message = "the daemon's number in the first pid namespace cannot be asked for: {Reason}")]
    private static partial void LogSelfUnknown(ILogger logger, string reason);
}
