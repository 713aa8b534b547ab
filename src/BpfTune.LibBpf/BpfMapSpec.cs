using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>A map of an object that is not loaded yet.</summary>
public sealed unsafe class BpfMapSpec
{
    private readonly BpfObject _owner;
    private readonly nint _map;

    internal BpfMapSpec(BpfObject owner, nint map)
    {
        _owner = owner;
        _map = map;
        Name = Marshal.PtrToStringUTF8((nint)Interop.bpf_map__name(map)) ?? string.Empty;
        Type = (BpfMapType)Interop.bpf_map__type(map);
        KeySize = (int)Interop.bpf_map__key_size(map);
        ValueSize = (int)Interop.bpf_map__value_size(map);
        Flags = (BpfMapFlags)Interop.bpf_map__map_flags(map);
        IsInternal = Interop.bpf_map__is_internal(map) != 0;
    }

    /// <summary>The C variable's name; for global data the object's and the section's: 'tcp_buff.bss'.</summary>
    public string Name { get; }

    /// <summary>The kernel's type.</summary>
    public BpfMapType Type { get; }

    /// <summary>Bytes of a key.</summary>
    public int KeySize { get; }

    /// <summary>Bytes of a value.</summary>
    public int ValueSize { get; }

    /// <summary>The flags it is created with.</summary>
    public BpfMapFlags Flags { get; }

    /// <summary>Whether libbpf made it up to hold .data, .bss, .rodata or kernel configuration values.</summary>
    public bool IsInternal { get; }

    /// <summary>How many entries it can hold; for a ring buffer, its size in bytes.</summary>
    /// <exception cref="ObjectDisposedException">The object was loaded or disposed of.</exception>
    public int MaxEntries
    {
        get
        {
            _owner.ThrowIfConsumed();
            return (int)Interop.bpf_map__max_entries(_map);
        }

        set
        {
            _owner.ThrowIfConsumed();
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Check(Interop.bpf_map__set_max_entries(_map, (uint)value));
        }
    }

    /// <summary>
    /// Whether it is created at load. A program that refers to a map that is not created fails to load, unless the
    /// reference is in code that the verifier finds dead.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The object was loaded or disposed of.</exception>
    public bool AutoCreate
    {
        get
        {
            _owner.ThrowIfConsumed();
            return Interop.bpf_map__autocreate(_map) != 0;
        }

        set
        {
            _owner.ThrowIfConsumed();
            Check(Interop.bpf_map__set_autocreate(_map, value));
        }
    }

    /// <summary>Where it is pinned at load, or taken from when it is pinned there already; null for nowhere.</summary>
    /// <exception cref="ObjectDisposedException">The object was loaded or disposed of.</exception>
    public string? PinPath
    {
        get
        {
            _owner.ThrowIfConsumed();
            return Marshal.PtrToStringUTF8((nint)Interop.bpf_map__pin_path(_map));
        }

        set
        {
            _owner.ThrowIfConsumed();
            Check(Interop.bpf_map__set_pin_path(_map, value));
        }
    }

    /// <summary>
    /// The contents that a map of global data starts with, to be read and written; empty for any other map. Not valid
    /// after the object's load or disposal.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The object was loaded or disposed of.</exception>
    public Span<byte> InitialValue
    {
        get
        {
            _owner.ThrowIfConsumed();
            nuint size = 0;
            var value = Interop.bpf_map__initial_value(_map, &size);
            return value is null ? [] : new Span<byte>(value, (int)size);
        }
    }

    /// <summary>Uses a map that exists in place of a new one. Type and sizes must agree.</summary>
    /// <param name="other">The map. It stays its owner's.</param>
    /// <exception cref="BpfException">The map cannot be used here.</exception>
    /// <exception cref="ObjectDisposedException">The object was loaded or disposed of.</exception>
    public void Reuse(BpfMap other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _owner.ThrowIfConsumed();
        if (other.Type != Type || other.KeySize != KeySize || other.ValueSize != ValueSize)
        {
            throw new ArgumentException(
                $"{_owner.Name}: map {Name} ({Type}, key {KeySize}, value {ValueSize} bytes) cannot be map {other.Name} "
                + $"({other.Type}, key {other.KeySize}, value {other.ValueSize} bytes).",
                nameof(other));
        }

        Check(Interop.bpf_map__reuse_fd(_map, other.Fd));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type})";

    private void Check(int result)
    {
        if (result < 0)
            throw ErrorText.Make(BpfOperation.SetUp, _owner.Name, result, mapName: Name);
    }
}
