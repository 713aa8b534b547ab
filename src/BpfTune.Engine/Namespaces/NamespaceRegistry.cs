using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// The network namespaces that events came from: one <see cref="NetworkNamespace"/> for each while it lives. Everything
/// is called from the engine's loop thread, nothing here waits or sets a timer, and no descriptor of a namespace
/// outlives an operation.
/// </summary>
public sealed class NamespaceRegistry : INamespaceRunner, IDisposable
{
    /// <summary>Owners whose full share was told of; past so many it is not told any more.</summary>
    private const int MostTold = 1024;

    /// <summary>How many others are looked at when one is added: what has ended is dropped as fast as new ones come.</summary>
    private const int CheckedPerNew = 2;

    private const int NamedAtStart = 4096;

    private readonly INamespaceFinder _finder;
    private readonly INamespaceEntry _entry;
    private readonly UnresolvedNamespaces _unresolved;
    private readonly ILogger _log;
    private readonly bool _hasCookies;
    private readonly Dictionary<uint, Member> _members = [];
    private readonly Dictionary<string, uint> _inodeOfPath = [];
    private readonly Queue<Member> _rounds = [];
    private readonly HashSet<Member> _suspects = [];
    private readonly List<string> _deleted = [];
    private readonly TenantShares _shares = new();
    private readonly ScanBudget _shareChecks;
    private readonly HashSet<NamespaceOwner> _toldFull = [];
    private readonly HashSet<NamespaceOwner> _toldUnresolved = [];

    /// <summary>Opens the registry; the calling thread's namespace is the global one.</summary>
    /// <exception cref="NamespaceException">/proc cannot be read.</exception>
    public NamespaceRegistry(TimeProvider time, ILogger log)
        : this(new NamespaceFinder(time), new NamespaceEntry(), time, log)
    {
    }

    internal NamespaceRegistry(INamespaceFinder finder, INamespaceEntry entry, TimeProvider time, ILogger log)
    {
        _finder = finder;
        _entry = entry;
        _unresolved = new UnresolvedNamespaces(time);
        _shareChecks = new ScanBudget(time);
        _log = log;
        _hasCookies = entry.Own.Cookie != 0;
        Global = new NetworkNamespace(entry.Own, NamespaceNames.Global, isGlobal: true);
        if (finder.WatchFd < 0)
            NamespaceLog.NotWatched(log);
    }

    /// <summary>A namespace has ended, or nothing leads to it any more. Raised on the thread that found out.</summary>
    public event Action<NetworkNamespace>? Gone;

    /// <summary>A namespace was met for the first time.</summary>
    internal event Action<NetworkNamespace>? Found;

    /// <summary>The daemon's own namespace.</summary>
    public NetworkNamespace Global { get; }

    /// <summary>The global namespace and all others resolved so far that have not been found gone.</summary>
    public IReadOnlyList<NetworkNamespace> Known => [Global, .. _members.Values.Select(m => m.Namespace)];

    /// <summary>Whether there was ever a sign of a tenant's namespace, known or not.</summary>
    public bool HasTenants { get; private set; }

    /// <summary>Readable when <see cref="ProcessWatch"/> is to be called; -1 when names cannot be watched.</summary>
    public int WatchFd => _finder.WatchFd;

    /// <summary>
    /// The namespace that an event names. Null when it has ended already or nothing leads to it (one that only a socket
    /// or a descriptor holds): that is normal, and asking again soon costs next to nothing.
    /// </summary>
    /// <param name="inode">Its inode number.</param>
    /// <param name="cookie">Its cookie, 0 where the kernel gives none.</param>
    /// <param name="processHint">A process that may be in it; 0 for none.</param>
    /// <param name="owner">Whose it is, if that is known.</param>
    public NetworkNamespace? Resolve(uint inode, ulong cookie, uint processHint, NamespaceOwner? owner = null)
    {
        HasTenants |= owner is { IsMachine: false } somebody && somebody != NamespaceOwner.Unknown;
        if (inode == Global.Id.Inode)
            return IsSame(Global.Id.Cookie, cookie) ? Global : null;
        if (!_members.TryGetValue(inode, out var member))
        {
            return owner is { } theirs && !HasRoom(theirs)
                ? null
                : ResolveUnknown(new NamespaceId(inode, cookie), processHint, owner ?? NamespaceOwner.Machine);
        }

        // Where there are no cookies, another owner tells that the inode has been used again.
        return IsSame(member.Namespace.Id.Cookie, cookie) && (owner is null || owner == NamespaceOwner.Unknown || owner == member.Namespace.Owner)
            ? member.Namespace
            : ResolveReused(member, new NamespaceId(inode, cookie), processHint, owner ?? NamespaceOwner.Machine);
    }

    /// <summary>
    /// A namespace by what a person calls it: 'global', a name under /run/netns, the path of a namespace file, or
    /// 'inode N'. Null when there is none.
    /// </summary>
    public NetworkNamespace? Find(string name)
    {
        if (name == NamespaceNames.Global)
            return Global;
        var known = _members.Values.FirstOrDefault(m => m.Namespace.Name == name);
        if (known is not null && IsAt(known.Path, known.Namespace.Id.Inode))
            return known.Namespace;
        var path = name.StartsWith('/') ? name : $"{NamespaceNames.NamedDirectory}/{name}";
        var isInode = false;
        if (_finder.InodeAt(path) is not { } inode)
        {
            isInode = NamespaceNames.TryInode(name, out inode);
            if (!isInode)
                return null;
        }

        // A person's question deserves a complete answer, whatever was searched in vain before.
        _unresolved.Clear();
        if (isInode)
            _finder.Refresh();
        return Resolve(inode, 0, 0);
    }

    /// <summary>Takes up the namespaces that have a name now, the first few thousand of them.</summary>
    internal void FindNamed()
    {
        if (!Directory.Exists(NamespaceNames.NamedDirectory))
            return;
        foreach (var path in Directory.EnumerateFiles(NamespaceNames.NamedDirectory).Take(NamedAtStart))
        {
            if (_finder.InodeAt(path) is { } inode)
                Resolve(inode, 0, 0);
        }
    }

    /// <summary>Looks at all processes now, so that what <see cref="Resolve"/> does not find after this is not there.</summary>
    public void Refresh()
    {
        _unresolved.Clear();
        _finder.Refresh();
    }

    /// <inheritdoc/>
    public T Run<T>(NetworkNamespace networkNamespace, Func<T> action)
    {
        if (networkNamespace.IsGlobal)
            return action();
        var id = networkNamespace.Id;
        if (!_members.TryGetValue(id.Inode, out var member) || member.Namespace != networkNamespace)
            throw new NamespaceGoneException(networkNamespace);
        if (_entry.TryRun(member.Path, id, action, out var result))
            return result!;

        // The process or name through which it was known is gone, but another may still lead to it.
        if (Search(id, 0, out var complete) is { } elsewhere && elsewhere.Path != member.Path)
        {
            Move(member, elsewhere.Path);
            if (_entry.TryRun(member.Path, id, action, out result))
                return result!;
        }

        // An incomplete search is no proof that it is gone for good.
        if (complete)
            Drop(member);
        throw new NamespaceGoneException(networkNamespace);
    }

    /// <summary>Takes note of names made and deleted, and drops the namespaces that ended with their name.</summary>
    public void ProcessWatch()
    {
        _deleted.Clear();
        if (_finder.ProcessWatch(_deleted))
            _unresolved.Clear();
        foreach (var path in _deleted)
        {
            if (_inodeOfPath.TryGetValue(path, out var inode) && _members.TryGetValue(inode, out var member))
                _suspects.Add(member);
        }

        CheckSuspects(thoroughly: false);
    }

    /// <summary>
    /// Drops every namespace that is gone. Called on occasion (a status query), not by a timer; when names are deleted
    /// or new namespaces come, some are looked at anyway.
    /// </summary>
    public void Sweep()
    {
        foreach (var member in _members.Values)
            _suspects.Add(member);
        CheckSuspects(thoroughly: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _entry.Dispose();
        _finder.Dispose();
    }

    /// <summary>Either side may lack a cookie: then the inode alone serves.</summary>
    private static bool IsSame(ulong known, ulong cookie) => cookie == 0 || known == 0 || cookie == known;

    private NetworkNamespace? ResolveUnknown(NamespaceId id, uint processHint, NamespaceOwner owner)
    {
        if (id.Inode == 0)
            return null;
        if (!_unresolved.HasRoom(id, owner))
        {
            if (_toldUnresolved.Count < MostTold && _toldUnresolved.Add(owner))
                NamespaceLog.TooManyUnresolved(_log, owner, UnresolvedNamespaces.EachTenants, UnresolvedNamespaces.Tenants);
            return null;
        }

        if (_unresolved.IsResting(id, processHint, out var isNewHint))
        {
            if (!isNewHint || _finder.FindInProcess(id.Inode, processHint) is not { } hinted)
                return null;
            return Add(id, hinted);
        }

        if (Search(id, processHint, out var complete) is { } location)
            return Add(id, location);
        NotFound(id, processHint, owner, complete);
        return null;
    }

    private NetworkNamespace? ResolveReused(Member member, NamespaceId id, uint processHint, NamespaceOwner claimed)
    {
        // Which of the two is alive only the namespace itself can say: the event may be older than what is known.
        if (_unresolved.IsResting(id, processHint, out _))
            return null;
        var location = Search(id, processHint, out var complete);
        var cookie = location is { } at ? ReadCookie(at.Path, id.Inode) : null;
        if (cookie is null && !complete)
        {
            _unresolved.AddIncomplete(id, processHint, claimed, _finder.Wait);
            return null;
        }

        // Where there are no cookies the owner may tell.
        var isOthers = location is { } there && _entry.TryReadOwner(there.Path, id.Inode, out var owner) && owner != member.Namespace.Owner;
        if (cookie == member.Namespace.Id.Cookie && !isOthers)
        {
            _unresolved.Add(id, processHint, claimed);
            return null;
        }

        NamespaceLog.Reused(_log, id.Inode, id.Cookie, member.Namespace.Id.Cookie);
        Drop(member);
        if (cookie == id.Cookie)
            return Add(id, location!.Value);
        NotFound(id, processHint, claimed, complete);
        return null;
    }

    private NetworkNamespace? Add(NamespaceId id, NamespaceLocation location)
    {
        if (id.Cookie == 0 && _hasCookies)
        {
            // One namespace must not go by two identities, with the cookie in one event and without it in the next.
            if (ReadCookie(location.Path, id.Inode) is not { } cookie)
            {
                NotFound(id, 0, NamespaceOwner.Machine, complete: true);
                return null;
            }

            id = id with { Cookie = cookie };
        }

        if (!_entry.TryReadOwner(location.Path, id.Inode, out var owner))
        {
            NotFound(id, 0, NamespaceOwner.Machine, complete: true);
            return null;
        }

        HasTenants |= !owner.IsMachine;
        if (!HasRoom(owner))
            return null;
        _unresolved.Remove(id);
        var added = new Member(new NetworkNamespace(id, location.Name, isGlobal: false, owner), location.Path);
        _members.Add(id.Inode, added);
        _shares.Take(owner);
        _inodeOfPath[location.Path] = id.Inode;
        NamespaceLog.Found(_log, location.Name, id.Inode, id.Cookie, location.Path);
        CheckSome();
        _rounds.Enqueue(added);
        Found?.Invoke(added.Namespace);
        return added.Namespace;
    }

    /// <summary>Whether another namespace of an owner may be known. Those of its that have ended make room first.</summary>
    private bool HasRoom(NamespaceOwner owner)
    {
        if (_shares.HasRoom(owner))
            return true;
        _shareChecks.TrySpend(() =>
        {
            foreach (var member in _members.Values.Where(m => m.Namespace.Owner == owner))
                _suspects.Add(member);
            CheckSuspects(thoroughly: false);
        });
        if (_shares.HasRoom(owner))
            return true;
        if (_toldFull.Count < MostTold && _toldFull.Add(owner))
            NamespaceLog.ShareFull(_log, owner, TenantShares.Each, TenantShares.All);
        return false;
    }

    private ulong? ReadCookie(string path, uint inode)
    {
        try
        {
            return _entry.TryReadCookie(path, inode, out var cookie) ? cookie : null;
        }
        catch (NamespaceException)
        {
            // Not one that may be entered: to the tuners that is as good as none.
            return null;
        }
    }

    private void NotFound(NamespaceId id, uint processHint, NamespaceOwner owner, bool complete)
    {
        if (complete)
        {
            _unresolved.Add(id, processHint, owner);
            NamespaceLog.Unresolved(_log, id.Inode, id.Cookie);
        }
        else
        {
            _unresolved.AddIncomplete(id, processHint, owner, _finder.Wait);
        }
    }

    /// <summary>Finds the file of a namespace; when it finds none, whether that is because there is none.</summary>
    private NamespaceLocation? Search(NamespaceId id, uint processHint, out bool complete)
    {
        complete = true;
        if ((_finder.Find(id.Inode, processHint) ?? _finder.FindHeld(id)) is { } location)
            return location;
        complete = _finder.TryRefresh();
        return complete ? _finder.Find(id.Inode, 0) : null;
    }

    private void CheckSome()
    {
        for (var i = 0; i < CheckedPerNew && _rounds.TryDequeue(out var member); i++)
        {
            if (!IsMember(member))
                continue;
            _suspects.Add(member);
            _rounds.Enqueue(member);
        }

        CheckSuspects(thoroughly: false);
    }

    /// <summary>
    /// Drops the suspects that are gone. One look at all processes serves for all of them; when it is too early for
    /// one, they stay under suspicion until the next occasion.
    /// </summary>
    private void CheckSuspects(bool thoroughly)
    {
        _suspects.RemoveWhere(member => !IsMember(member) || IsStillThere(member));
        if (_suspects.Count == 0)
            return;
        if (thoroughly)
            _finder.Refresh();
        else if (!_finder.TryRefresh())
            return;
        foreach (var member in _suspects.ToArray())
        {
            if (!IsStillThere(member))
                Drop(member);
        }

        _suspects.Clear();
    }

    private bool IsStillThere(Member member)
    {
        var inode = member.Namespace.Id.Inode;
        if (IsAt(member.Path, inode))
            return true;
        if ((_finder.Find(inode, 0) ?? _finder.FindHeld(member.Namespace.Id)) is not { } elsewhere)
            return false;
        Move(member, elsewhere.Path);
        return true;
    }

    private bool IsMember(Member member) => _members.GetValueOrDefault(member.Namespace.Id.Inode) == member;

    private bool IsAt(string path, uint inode) => _finder.InodeAt(path) == inode;

    private void Move(Member member, string path)
    {
        _inodeOfPath.Remove(member.Path);
        _inodeOfPath[path] = member.Namespace.Id.Inode;
        member.Path = path;
    }

    private void Drop(Member member)
    {
        var id = member.Namespace.Id;
        _members.Remove(id.Inode);
        _shares.Give(member.Namespace.Owner);
        _inodeOfPath.Remove(member.Path);
        NamespaceLog.Gone(_log, member.Namespace.Name, id.Inode, id.Cookie);
        Gone?.Invoke(member.Namespace);
    }

    private sealed class Member(NetworkNamespace networkNamespace, string path)
    {
        public NetworkNamespace Namespace { get; } = networkNamespace;

        public string Path { get; set; } = path;
    }
}
