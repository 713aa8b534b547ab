namespace BpfTune.Lab.Tests;

public sealed class LabOwnerTests
{
    [Fact]
    public void A_name_tells_its_maker()
    {
        string name = LabOwner.Current.NewName("sender");

        Assert.True(LabOwner.TryParseName(name, out LabOwner owner));
        Assert.Equal(LabOwner.Current, owner);
        Assert.True(owner.IsAlive);
        Assert.EndsWith("_sender", name, StringComparison.Ordinal);
    }

    [Fact]
    public void The_variable_tells_its_maker()
    {
        Assert.True(LabOwner.TryParse(LabOwner.Current.ToString(), out LabOwner owner));
        Assert.Equal(LabOwner.Current, owner);
    }

    [Fact]
    public void A_process_id_that_was_used_again_is_another_maker()
    {
        LabOwner former = LabOwner.Current with { StartTicks = LabOwner.Current.StartTicks - 1 };

        Assert.False(former.IsAlive);
    }

    [Theory]
    [InlineData("lab")]
    [InlineData("lab_")]
    [InlineData("lab_12")]
    [InlineData("lab_x_5_ab12_a")]
    [InlineData("lab_12_y_ab12_a")]
    [InlineData("lab_-12_5_ab12_a")]
    [InlineData("other_12_5_ab12_a")]
    [InlineData("lab_99999999999_5_ab12_a")]
    public void Other_names_are_nobodys(string name) => Assert.False(LabOwner.TryParseName(name, out _));
}
