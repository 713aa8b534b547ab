namespace BpfTune.LibBpf.LiveTests;

public sealed class PinTests
{
    [Fact]
    public void A_pinned_map_is_opened_again()
    {
        using var loaded = Live.OpenLive("live_classify").Load();
        using var files = new PrivateBpfFs();
        var map = loaded.Map("live_entries");
        map.Typed<uint, Entry>()[7] = new Entry { Hits = 70 };
        map.Pin(files.Path + "/entries");
        var id = map.Id;
        loaded.Dispose();

        using var again = BpfMap.OpenPinned(files.Path + "/entries");
        Assert.Equal(id, again.Id);
        Assert.Equal(BpfMapType.Hash, again.Type);
        Assert.Equal(70ul, again.Typed<uint, Entry>()[7].Hits);

        var taken = Assert.Throws<BpfException>(() => again.Pin(files.Path + "/entries"));
        Assert.Equal("EEXIST", taken.ErrnoName);
    }

    [Fact]
    public void A_map_of_an_object_is_pinned_and_taken_up_again_by_its_path()
    {
        using var files = new PrivateBpfFs();
        uint id;
        using (var first = Live.OpenLive("live_classify"))
        {
            first.Map("live_entries").PinPath = files.Path + "/entries";
            using var loaded = first.Load();
            id = loaded.Map("live_entries").Id;
        }

        using var second = Live.OpenLive("live_classify");
        second.Map("live_entries").PinPath = files.Path + "/entries";
        using var again = second.Load();
        Assert.Equal(id, again.Map("live_entries").Id);
    }

    [Fact]
    public void A_pinned_link_outlives_its_disposal_and_ends_with_its_file()
    {
        using var files = new PrivateBpfFs();
        using var loaded = Live.OpenLive("live_raw").Load();
        var link = loaded.Program("live_raw").Attach();
        var id = link.Id!.Value;
        link.Pin(files.Path + "/link");
        link.Dispose();
        Assert.Contains(id, BpfInventory.LinkIds());
        File.Delete(files.Path + "/link");
        Assert.True(Eventually.Holds(() => !BpfInventory.LinkIds().Contains(id)), "the link is still there");
    }

    [Fact]
    public void A_pinned_program_stays_in_the_kernel()
    {
        using var files = new PrivateBpfFs();
        var loaded = Live.OpenLive("live_raw").Load();
        var id = loaded.Program("live_raw").GetInfo().Id;
        loaded.Program("live_raw").Pin(files.Path + "/program");
        loaded.Dispose();
        Assert.Contains(id, BpfInventory.ProgramIds());
    }

    [Fact]
    public void Wrong_places_are_refused_in_words()
    {
        Live.Require();
        using var map = BpfMap.Create(BpfMapType.Array, "pinned", 4, 4, 1);
        var directory = Assert.Throws<BpfException>(() => map.Pin("/no_such_directory_at_all/x"));
        Assert.Equal("there is no such directory", directory.Reason);
        var fileSystem = Assert.Throws<BpfException>(() => map.Pin(Path.GetTempPath() + Guid.NewGuid()));
        Assert.Equal("it is not on a BPF file system", fileSystem.Reason);
        var nothing = Assert.Throws<BpfException>(() => BpfMap.OpenPinned("/no_such_directory_at_all/x"));
        Assert.Equal(
            "cannot open the pinned /no_such_directory_at_all/x: nothing is pinned there (ENOENT)", nothing.Message);
    }
}
