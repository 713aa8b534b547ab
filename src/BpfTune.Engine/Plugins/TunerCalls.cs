namespace BpfTune.Engine.Plugins;

/// <summary>
/// Knows which tuner's code is running. One thread calls tuners, and every call is made between <see cref="Enter"/> and
/// the end of what it returns. While there are calls a thread looks on, once a second: a call that does not return is
/// found, though the thread that made it can say nothing. That thread ends when there was no call for a while.
/// </summary>
/// <param name="onHang">Told, on that thread, which tuner does not return from which call. Nothing is looked at after it.</param>
/// <param name="mark">Where it is noted for whoever comes after this process; null for nobody.</param>
public sealed class TunerCalls(Action<TunerCallSite, string> onHang, CallMark? mark = null)
{
    /// <summary>
    /// Looks at the same call, one after another, that mean it hangs. Counted, not measured: a process that is stopped,
    /// or a machine that is suspended, does not look. A third of the unit's WatchdogSec, so that this comes first.
    /// </summary>
    public const int Patience = 10;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <summary>Looks without any call after which the thread ends.</summary>
    private const int Rest = 2;

    private TunerCallSite? _site;
    private string _call = "";
    private long _entered;
    private int _watching;

    /// <summary>How often to look; tests are in a hurry.</summary>
    internal TimeSpan Look { get; init; } = s_look;

    /// <summary>Whether the thread looks on now.</summary>
    internal bool IsWatching => Volatile.Read(ref _watching) != 0;

    /// <summary>A tuner that is to be called.</summary>
    public TunerCallSite Register(string name, string hash) => new(name, hash, mark?.Register(name, hash) ?? 0);

    /// <summary>A call begins; it ends when the result is disposed of. Calls may lie within calls.</summary>
    /// <param name="site">Whose code it is.</param>
    /// <param name="call">Which, as a sentence names it: 'an event handler'.</param>
    public Scope Enter(TunerCallSite site, string call)
    {
        var scope = new Scope(this, _site, _call);
        Set(site, call);
        if (Volatile.Read(ref _watching) == 0)
            Watch();
        return scope;
    }

    private void Set(TunerCallSite? site, string call)
    {
        _call = call;
        Volatile.Write(ref _entered, _entered + 1);
        mark?.Set(site?.Slot ?? 0);
        // With a barrier: the watch ends only when it sees no call after having said that it ends.
        Interlocked.Exchange(ref _site, site);
    }

    private void Watch()
    {
        if (Interlocked.Exchange(ref _watching, 1) != 0)
            return;
        new Thread(LookOn, maxStackSize: 256 * 1024) { IsBackground = true, Name = "tuner watch" }.Start();
    }

    private void LookOn()
    {
        var (seen, same, idle) = (-1L, 0, 0);
        while (true)
        {
            Thread.Sleep(Look);
            var entered = Volatile.Read(ref _entered);
            var site = Volatile.Read(ref _site);
            same = site is not null && entered == seen ? same + 1 : 0;
            idle = site is null && entered == seen ? idle + 1 : 0;
            seen = entered;
            if (same >= Patience)
            {
                onHang(site!, _call);
                return;
            }

            if (idle < Rest)
                continue;
            Interlocked.Exchange(ref _watching, 0);
            if (Volatile.Read(ref _site) is null || Interlocked.Exchange(ref _watching, 1) != 0)
                return;
            idle = 0;
        }
    }

    /// <summary>A call under way.</summary>
    public readonly ref struct Scope
    {
        private readonly TunerCalls _calls;
        private readonly TunerCallSite? _outer;
        private readonly string _outerCall;

        internal Scope(TunerCalls calls, TunerCallSite? outer, string outerCall)
        {
            _calls = calls;
            _outer = outer;
            _outerCall = outerCall;
        }

        /// <summary>The call has ended; what it lay within goes on.</summary>
        public void Dispose() => _calls.Set(_outer, _outerCall);
    }
}
