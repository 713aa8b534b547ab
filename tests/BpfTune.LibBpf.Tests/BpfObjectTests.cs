using System.Text;

namespace BpfTune.LibBpf.Tests;

/// <summary>What can be done with an object without loading it, and so without privilege.</summary>
public sealed class BpfObjectTests
{
    [Fact]
    public void Programs_are_listed_with_section_and_type()
    {
        using var sample = Sample.Open();
        Assert.Equal(["classify", "on_retransmit", "on_sysctl"], sample.Programs.Select(p => p.Name).Order());
        Assert.Equal(BpfProgramType.SocketFilter, sample.Program("classify").Type);
        Assert.Equal(BpfProgramType.CgroupSysctl, sample.Program("on_sysctl").Type);
        Assert.Equal(BpfProgramType.Tracing, sample.Program("on_retransmit").Type);
        Assert.Equal("tp_btf/tcp_retransmit_skb", sample.Program("on_retransmit").SectionName);
        Assert.True(sample.Program("on_sysctl").InstructionCount >= 2);
    }

    [Fact]
    public void A_question_mark_means_not_loaded_and_the_choice_can_be_changed()
    {
        using var sample = Sample.Open();
        Assert.True(sample.Program("classify").AutoLoad);
        Assert.False(sample.Program("on_retransmit").AutoLoad);
        sample.Program("on_retransmit").AutoLoad = true;
        sample.Program("classify").AutoLoad = false;
        Assert.True(sample.Program("on_retransmit").AutoLoad);
        Assert.False(sample.Program("classify").AutoLoad);
    }

    [Fact]
    public void Maps_are_listed_with_their_sizes()
    {
        using var sample = Sample.Open();
        var entries = sample.Map("entries");
        Assert.Equal(
            (BpfMapType.Hash, 4, 16, 16, BpfMapFlags.NoPreallocate, false),
            (entries.Type, entries.KeySize, entries.ValueSize, entries.MaxEntries, entries.Flags, entries.IsInternal));
        Assert.Equal(BpfMapType.RingBuffer, sample.Map("records").Type);
        Assert.True(entries.InitialValue.IsEmpty);
        Assert.Contains(sample.Maps, m => m.IsInternal && m.Name.EndsWith(".bss", StringComparison.Ordinal));

        entries.MaxEntries = 99;
        Assert.Equal(99, entries.MaxEntries);
        Assert.True(entries.AutoCreate);
        entries.AutoCreate = false;
        Assert.False(entries.AutoCreate);
        Assert.Null(entries.PinPath);
        entries.PinPath = "/sys/fs/bpf/entries";
        Assert.Equal("/sys/fs/bpf/entries", entries.PinPath);
    }

    [Fact]
    public void Variables_are_found_by_name_in_every_data_section()
    {
        using var sample = Sample.Open();
        var sections = sample.Variables.ToDictionary(v => v.Name, v => v.Section);
        Assert.Equal(".rodata", sections["multiplier"]);
        Assert.Equal(".bss", sections["total"]);
        Assert.Equal(".data", sections["threshold"]);
        Assert.Equal(".data.settings", sections["tuned"]);
        Assert.DoesNotContain("_license", sections.Keys);

        Assert.Equal(3u, sample.GetVariable<uint>("multiplier"));
        Assert.Equal(0ul, sample.GetVariable<ulong>("total"));
        Assert.Equal(-7, sample.GetVariable<short>("threshold"));
        Assert.Equal(42, sample.GetVariable<int>("tuned"));
        Assert.Equal("abc", Encoding.ASCII.GetString(BitConverter.GetBytes(sample.GetVariable<ulong>("label"))).TrimEnd('\0'));
    }

    [Fact]
    public void Variables_can_be_set_before_the_load()
    {
        using var sample = Sample.Open();
        sample.SetVariable("multiplier", 17u);
        sample.SetVariable<short>("threshold", -1);
        Assert.Equal(17u, sample.GetVariable<uint>("multiplier"));
        Assert.Equal(-1, sample.GetVariable<short>("threshold"));
    }

    [Fact]
    public void A_variable_of_another_size_or_name_is_refused()
    {
        using var sample = Sample.Open();
        var size = Assert.Throws<ArgumentException>(() => sample.SetVariable("multiplier", 1ul));
        Assert.Equal("sample: variable multiplier has 4 bytes, UInt64 has 8.", size.Message);
        var name = Assert.Throws<KeyNotFoundException>(() => sample.GetVariable<int>("nonsense"));
        Assert.Equal("sample has no global variable nonsense.", name.Message);
    }

    [Fact]
    public void A_wrong_name_says_which_there_are()
    {
        using var sample = Sample.Open();
        var program = Assert.Throws<KeyNotFoundException>(() => sample.Program("nonsense"));
        Assert.Equal("sample has no program nonsense; it has: classify, on_retransmit, on_sysctl.", program.Message);
        var map = Assert.Throws<KeyNotFoundException>(() => sample.Map("nonsense"));
        Assert.StartsWith("sample has no map nonsense; it has: entries, records", map.Message, StringComparison.Ordinal);
        Assert.False(sample.TryGetProgram("nonsense", out var none));
        Assert.Null(none);
        Assert.False(sample.TryGetMap("nonsense", out _));
    }

    [Fact]
    public void Bytes_that_are_no_object_are_refused_in_words()
    {
        var e = Assert.Throws<BpfException>(() => BpfObject.Open("this is no ELF file at all"u8.ToArray(), "junk"));
        Assert.StartsWith("cannot open junk: it is not a BPF object that libbpf can read (", e.Message, StringComparison.Ordinal);
        Assert.Equal("junk", e.ObjectName);
        Assert.NotEqual(0, e.Errno);
        Assert.Null(e.ProgramName);
    }

    [Fact]
    public void No_bytes_are_refused()
    {
        var e = Assert.Throws<BpfException>(() => BpfObject.Open(default, "nothing"));
        Assert.Equal("cannot open nothing: it is empty (EINVAL)", e.Message);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void A_truncated_object_is_refused(double share) =>
        Assert.Throws<BpfException>(() => BpfObject.Open(Sample.Bytes.AsMemory(0, (int)(Sample.Bytes.Length * share)), "half"));

    [Fact]
    public void The_bytes_are_copied()
    {
        var bytes = Sample.Bytes.ToArray();
        using var sample = BpfObject.Open(bytes, "sample");
        Array.Clear(bytes);
        Assert.Equal(3u, sample.GetVariable<uint>("multiplier"));
        Assert.Equal("classify", sample.Program("classify").Name);
    }

    [Fact]
    public void A_disposed_object_is_of_no_use()
    {
        var sample = Sample.Open();
        var program = sample.Program("classify");
        var map = sample.Map("entries");
        sample.Dispose();
        sample.Dispose();
        Assert.Throws<ObjectDisposedException>(() => program.AutoLoad);
        Assert.Throws<ObjectDisposedException>(() => map.MaxEntries);
        Assert.Throws<ObjectDisposedException>(() => sample.GetVariable<uint>("multiplier"));
        Assert.Throws<ObjectDisposedException>(sample.Load);
    }

    [Fact]
    public void The_library_says_its_version()
    {
        Assert.True(LibBpfVersion.Current >= LibBpfVersion.Minimum);
        Assert.True(LibBpfVersion.TryGet(out var version, out var reason));
        Assert.Equal(LibBpfVersion.Current, version);
        Assert.Null(reason);
    }

    [Fact]
    public void What_libbpf_prints_goes_to_the_sink_and_nowhere_else()
    {
        var lines = new List<string>();
        LibBpfLog.Sink = (level, line) =>
        {
            lock (lines)
                lines.Add($"{level}: {line}");
        };
        try
        {
            LibBpfLog.Verbosity = LibBpfLogLevel.Debug;
            using var sample = BpfObject.Open(Sample.Bytes, "seen_by_sink");
        }
        finally
        {
            LibBpfLog.Verbosity = LibBpfLogLevel.Information;
            LibBpfLog.Sink = null;
        }

        lock (lines)
        {
            Assert.Contains(lines, l => l.StartsWith("Debug: libbpf: ", StringComparison.Ordinal) && l.Contains("classify", StringComparison.Ordinal));
            Assert.DoesNotContain(lines, l => l.EndsWith('\n'));
        }
    }
}
