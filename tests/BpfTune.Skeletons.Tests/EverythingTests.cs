using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BpfTune.LibBpf;
using BpfTune.Skeletons.Tests.Support;
using static BpfTune.Skeletons.Tests.EverythingBpf;

namespace BpfTune.Skeletons.Tests;

/// <summary>A skeleton that the build made of bpf/everything.bpf.c, used as a tuner uses its own. Nothing here enters the kernel.</summary>
public sealed class EverythingTests
{
    [Fact]
    public void Libbpf_sees_the_same_programs_and_maps()
    {
        using Opened opened = Opened.Open();
        Assert.Equal(Constants(typeof(ProgramNames)), opened.Object.Programs.Select(program => program.Name));
        Assert.Equal(Constants(typeof(MapNames)), opened.Object.Maps.Where(map => !map.IsInternal).Select(map => map.Name));
    }

    [Fact]
    public void Libbpf_sees_the_same_variables_of_the_same_size()
    {
        using Opened opened = Opened.Open();
        Dictionary<string, int> sizes = [];
        foreach (object group in new object[] { opened.Rodata, opened.Data, opened.Bss })
        {
            foreach (System.Reflection.PropertyInfo property in group.GetType().GetProperties())
                sizes.Add(property.Name, Layout.SizeOf(property.PropertyType));
        }

        Assert.Equal(
            opened.Object.Variables.Where(variable => variable.Name is not ("hidden" or "__export_everything_event"))
                .ToDictionary(variable => variable.Name, variable => variable.Size),
            sizes);
    }

    [Fact]
    public void Constants_are_read_and_set_before_the_load()
    {
        using Opened opened = Opened.Open();
        Assert.Equal((63u, true, "lo"), (opened.Rodata.sample_mask, opened.Rodata.enabled, opened.Rodata.device.ToString()));
        Assert.Equal((1, 2u), (opened.Rodata.limits.a, opened.Rodata.limits.b));

        opened.Rodata.sample_mask = 7;
        opened.Rodata.enabled = false;
        opened.Rodata.device = CharArray8.From("eth0"u8);
        opened.Rodata.limits = new inner { a = 3, b = 4 };
        Assert.Equal((7u, false, "eth0"), (opened.Rodata.sample_mask, opened.Rodata.enabled, opened.Rodata.device.ToString()));
        Assert.Equal(4u, opened.Object.GetVariable<inner>("limits").b);
    }

    [Fact]
    public void Data_has_its_initial_values_before_the_load()
    {
        using Opened opened = Opened.Open();
        Array4<uint> histogram = default;
        histogram[2] = 9;
        opened.Bss.histogram = histogram;
        Assert.Equal((100u, 9u, 0ul), (opened.Data.threshold, opened.Bss.histogram[2], opened.Bss.events_seen));
    }

    [Fact]
    public void Programs_and_maps_are_chosen_before_the_load()
    {
        using Opened opened = Opened.Open();
        Assert.True(opened.Programs.bpftune_first.AutoLoad);
        Assert.False(opened.Programs.bpftune_second.AutoLoad);
        opened.Programs.bpftune_second.AutoLoad = true;
        Assert.True(opened.Object.Program(ProgramNames.bpftune_second).AutoLoad);
        Assert.Equal((BpfMapType.Hash, 20, Unsafe.SizeOf<entry>()), (opened.Maps.bpftune_entries.Type, opened.Maps.bpftune_entries.KeySize, opened.Maps.bpftune_entries.ValueSize));
    }

    [Fact]
    public void A_record_is_read_in_place()
    {
        byte[] record = new byte[Unsafe.SizeOf<everything_event>() + (2 * Unsafe.SizeOf<inner>())];
        everything_event head = new() { time_ns = 5, @event = event_kind.EVENT_LIMIT, length = 2 };
        MemoryMarshal.Write(record, in head);
        record[^4] = 42;

        ref readonly everything_event read = ref MemoryMarshal.AsRef<everything_event>(record);
        Assert.Equal((5ul, event_kind.EVENT_LIMIT, 2u), (read.time_ns, read.@event, read.length));
        Assert.Equal(2, everything_event.tail(record).Length);
        Assert.Equal(42u, everything_event.tail(record)[1].b);
    }

    [Fact]
    public void Text_ends_at_its_first_nul()
    {
        CharArray16 full = default;
        ((Span<byte>)full).Fill((byte)'x');
        Assert.Equal("xxxxxxxxxxxxxxxx", full.ToString());
        Assert.Equal("eth0", CharArray16.From("eth0"u8).ToString());
        Assert.True(CharArray16.From("eth0"u8).Text.SequenceEqual("eth0"u8));
        Assert.Equal("", default(CharArray16).ToString());
        Assert.Equal(15, CharArray16.From("123456789012345"u8).Text.Length);
        ArgumentException exception = Assert.Throws<ArgumentException>(() => CharArray16.From("1234567890123456"u8));
        Assert.Contains("16 bytes long, and char[16] holds 15", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_unions_and_bit_fields_are_plain_members()
    {
        entry entry = new() { all = 0x1_0000_0002, flags = 5, level = 17 };
        entry.parts[2].b = 8;
        Assert.Equal((2u, 5u, 17u, 8u), (entry.low, entry.flags, entry.level, ((ReadOnlySpan<inner>)entry.parts)[2].b));
        Assert.Throws<IndexOutOfRangeException>(() => entry.parts[int.Parse("3", null)].b = 1);
    }

    [Theory]
    [InlineData(typeof(Loaded.MapGroup), "bpftune_entries", typeof(BpfMap<entry_key, entry>))]
    [InlineData(typeof(Loaded.MapGroup), "bpftune_counts", typeof(BpfPerCpuMap<uint, ulong>))]
    [InlineData(typeof(Loaded.MapGroup), "bpftune_events", typeof(BpfMap))]
    [InlineData(typeof(Loaded.ProgramGroup), "bpftune_first", typeof(BpfProgram))]
    [InlineData(typeof(Loaded.RodataGroup), "sample_mask", typeof(uint))]
    public void Members_of_a_loaded_object_are_typed(Type group, string member, Type expected) =>
        Assert.Equal(expected, group.GetProperty(member)?.PropertyType);

    private static IEnumerable<string> Constants(Type names) => names.GetFields().Select(field => (string)field.GetRawConstantValue()!);
}
