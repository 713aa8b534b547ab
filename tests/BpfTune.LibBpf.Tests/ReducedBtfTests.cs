namespace BpfTune.LibBpf.Tests;

public sealed class ReducedBtfTests
{
    private const int FieldOffset = 0;
    private const int TypeSize = 9;
    private const int EnumeratorValue = 11;

    private readonly BtfBuilder _kernel = new();
    private readonly BtfBuilder _object = new();

    [Fact]
    public void Only_members_that_the_object_names_are_kept_with_what_they_embed()
    {
        var number = _kernel.Int("int");
        var other = _kernel.Struct("other", ("x", number));
        var counter = _kernel.Struct("", ("counter", number), ("tail", number));
        var atomic = _kernel.Typedef("atomic_t", counter);
        var list = _kernel.Array(atomic, number, 3);
        var pointer = _kernel.Pointer(other);
        _kernel.Struct("net", ("skipped", other), ("mem", list), ("dev", pointer), ("end", number));
        _object.Struct("net", ("mem", _object.Int("int")), ("dev", 1));

        Assert.Equal(
            [
                "struct net (8): mem@20 #2, dev@40 #3, end@60 #4",
                "array 3 of #5 by #4",
                "pointer  #0",
                "int int (4) 20",
                "typedef atomic_t #6",
                "struct  (8): tail@20 #4",
            ],
            Reduce((2, FieldOffset)));
    }

    [Fact]
    public void Anonymous_members_stay_and_are_thinned_too()
    {
        var number = _kernel.Int("int");
        var inner = _kernel.Union("", ("deep", number), ("not_asked", number), ("last", number));
        _kernel.Struct("net", ("", _kernel.Const(inner)), ("end", number));
        _object.Struct("net", ("deep", _object.Int("int")));

        Assert.Equal(
            [
                "struct net (8): @0 #2, end@20 #3",
                "const  #4",
                "int int (4) 20",
                "union  (8): deep@0 #3, last@40 #3",
            ],
            Reduce((2, FieldOffset)));
    }

    [Fact]
    public void All_types_of_the_name_and_kind_are_candidates_and_flavors_are_of_that_name()
    {
        var number = _kernel.Int("int");
        _kernel.Union("net", ("a", number));
        _kernel.Struct("net", ("a", number));
        _kernel.Struct("net___old", ("b", number));
        _kernel.Struct("nets", ("a", number));
        _kernel.Struct("net", ("a", number), ("b", number));
        _object.Struct("net___mine", ("a", _object.Int("int")));

        Assert.Equal(
            [
                "struct net (8): a@0 #4",
                "struct net___old (8): b@0 #4",
                "struct net (8): a@0 #4, b@20 #4",
                "int int (4) 20",
            ],
            Reduce((2, FieldOffset)));
    }

    [Fact]
    public void Enumerators_that_are_asked_for_keep_their_values_in_either_width()
    {
        _kernel.Enum("reason", false, ("NONE", 0), ("BACKLOG", 42), ("OTHER", 43));
        _kernel.Enum64("reason", ("BACKLOG", 0x1_0000_0001));
        _object.Enum("reason", false, ("BACKLOG", 1));

        Assert.Equal(["enum reason (4): BACKLOG=42", "enum64 reason (8): BACKLOG=4294967297"], Reduce((1, EnumeratorValue)));
    }

    [Fact]
    public void A_structure_that_holds_itself_by_pointer_ends()
    {
        var number = _kernel.Int("int");
        _kernel.Struct("node", ("next", 3), ("value", number));
        _kernel.Pointer(2);
        _object.Struct("node", ("next", 1), ("value", _object.Int("int")));

        Assert.Equal(
            ["struct node (8): next@0 #2, value@20 #3", "pointer  #0", "int int (4) 20"], Reduce((2, FieldOffset)));
    }

    [Fact]
    public void The_objects_own_ids_ask_for_nothing()
    {
        const int OwnId = 6;
        _kernel.Struct("net", ("a", _kernel.Int("int")));
        _object.Struct("net", ("a", _object.Int("int")));
        Assert.Null(Make((2, OwnId)));
        Assert.NotNull(Make((2, OwnId), (2, FieldOffset)));
    }

    [Theory]
    [InlineData(7)] // The kernel's own id.
    [InlineData(12)] // Whether the types match in all they have.
    [InlineData(13)] // Of a later compiler.
    [InlineData(EnumeratorValue)] // Of a structure: makes no sense.
    public void What_a_part_cannot_answer_is_left_to_the_whole(int kind)
    {
        _kernel.Struct("net", ("a", _kernel.Int("int")));
        _object.Struct("net", ("a", _object.Int("int")));
        Assert.NotNull(Make((2, FieldOffset), (2, TypeSize)));
        Assert.Null(Make((2, FieldOffset), (2, kind)));
    }

    [Fact]
    public void A_typedef_is_no_place_to_ask_for_a_size()
    {
        _kernel.Typedef("atomic_t", _kernel.Struct("", ("counter", _kernel.Int("int"))));
        _object.Typedef("atomic_t", _object.Struct("", ("counter", _object.Int("int"))));
        Assert.NotNull(Make((3, FieldOffset)));
        Assert.Null(Make((3, TypeSize)));
    }

    [Fact]
    public void Where_the_kernel_has_none_of_the_types_there_is_nothing_to_reduce()
    {
        _kernel.Struct("net", ("a", _kernel.Int("int")));
        _object.Struct("other", ("a", _object.Int("int")));
        Assert.Null(Make((2, FieldOffset)));
    }

    [Fact]
    public void Objects_without_relocations_or_without_BTF_need_none()
    {
        _kernel.Struct("net", ("a", _kernel.Int("int")));
        _object.Struct("net", ("a", _object.Int("int")));
        Assert.Null(Make());
        Assert.Null(MakeFor(ElfBuilder.File((".text", [1, 2, 3]))));
        Assert.Null(MakeFor([]));
        Assert.Null(MakeFor("not an object"u8.ToArray()));
    }

    [Fact]
    public void Damaged_objects_are_refused_wherever_they_are_cut()
    {
        _kernel.Struct("net", ("a", _kernel.Int("int")));
        _object.Struct("net", ("a", _object.Int("int")));
        var whole = ElfBuilder.Object(_object.Build(), (2, FieldOffset));
        Assert.NotNull(MakeFor(whole));
        for (var length = 0; length < whole.Length; length++)
            Assert.Null(Guarded(whole[..length]));
    }

    [Fact]
    public void Damaged_bytes_never_do_more_than_be_refused()
    {
        _kernel.Struct("net", ("a", _kernel.Int("int")), ("", _kernel.Union("", ("b", 1))));
        _object.Struct("net", ("a", _object.Int("int")));
        var whole = ElfBuilder.Object(_object.Build(), (2, FieldOffset));
        var kernel = _kernel.Build();
        var random = new Random(20);
        for (var i = 0; i < 20_000; i++)
        {
            var elf = whole.ToArray();
            var btf = kernel.ToArray();
            elf[random.Next(elf.Length)] = (byte)random.Next(256);
            btf[random.Next(btf.Length)] = (byte)random.Next(256);
            Use(btf, elf);
        }
    }

    [Fact]
    public void Types_that_the_kernel_lacks_are_looked_for_in_its_modules()
    {
        var number = _kernel.Int("int");
        _kernel.Struct("net", ("a", number));
        _object.Struct("nf_conn", ("a", _object.Int("int")));
        var module = new BtfBuilder(_kernel);
        module.Struct("nf_conn", ("net", number));
        var elf = ElfBuilder.Object(_object.Build(), (2, FieldOffset));
        var directory = Directory.CreateTempSubdirectory("btf");
        try
        {
            Assert.False(Declares(elf, directory.FullName));
            File.WriteAllBytes(Path.Combine(directory.FullName, "nf_conntrack"), module.Build());
            Assert.True(Declares(elf, directory.FullName));
            File.WriteAllBytes(Path.Combine(directory.FullName, "nf_conntrack"), "damaged"u8);
            Assert.True(Declares(elf, directory.FullName)); // Nobody knows: libbpf shall look.
            Assert.True(Declares(elf, "/nonexistent/btf"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private bool Declares(byte[] elf, string directory)
    {
        using var kernel = KernelBtf.FromBytes(_kernel.Build());
        using var wanted = CoreTypes.Read(elf)!;
        return ModuleBtf.DeclaresAny(kernel.Data, wanted, wanted.Roots, directory);
    }

    private string[] Reduce(params (int Type, int Kind)[] relocations) => BtfText.Lines(Make(relocations)!);

    private byte[]? Make(params (int Type, int Kind)[] relocations) => MakeFor(ElfBuilder.Object(_object.Build(), relocations));

    private byte[]? MakeFor(byte[] elf)
    {
        using var kernel = KernelBtf.FromBytes(_kernel.Build());
        return ReducedBtf.Make(kernel, elf);
    }

    private byte[]? Guarded(byte[] elf)
    {
        try
        {
            return MakeFor(elf);
        }
        catch (BpfException e)
        {
            Assert.NotEmpty(e.Reason);
            return null;
        }
    }

    private static void Use(byte[] btf, byte[] elf)
    {
        try
        {
            using var kernel = KernelBtf.FromBytes(btf);
            kernel.HasFunction("net");
            kernel.HasTracepoint("net");
            kernel.HasStructMember("net", "b");
            kernel.TryGetEnumValue("net", "a", out _);
            if (ReducedBtf.Make(kernel, elf) is { } reduced)
                Assert.NotEmpty(BtfText.Lines(reduced)); // An exception if it cannot be read.
        }
        catch (BpfException e)
        {
            Assert.NotEmpty(e.Reason);
        }
    }
}
