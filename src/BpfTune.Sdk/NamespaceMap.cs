namespace BpfTune.Sdk;

/// <summary>State kept for each network namespace; see <see cref="Tuner.PerNamespace{T}"/>.</summary>
public sealed class NamespaceMap<T>
    where T : class
{
    private readonly Dictionary<NamespaceId, T> _states = [];
    private readonly Func<NetworkNamespace, T> _create;

    internal NamespaceMap(Func<NetworkNamespace, T> create) => _create = create;

    /// <summary>The states held now.</summary>
    public IReadOnlyCollection<T> Values => _states.Values;

    /// <summary>The state of a namespace, made on first use.</summary>
    public T this[NetworkNamespace networkNamespace]
    {
        get
        {
            if (!_states.TryGetValue(networkNamespace.Id, out var state))
                _states.Add(networkNamespace.Id, state = _create(networkNamespace));
            return state;
        }
    }

    /// <summary>The state of a namespace if there is any.</summary>
    public T? Find(NamespaceId id) => _states.GetValueOrDefault(id);

    internal void Forget(NamespaceId id) => _states.Remove(id);
}
