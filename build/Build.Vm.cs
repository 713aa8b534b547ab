using Nuke.Common;
using Nuke.Common.IO;

partial class Build
{
    // Four kernels, one after another on a small machine.
    static readonly TimeSpan KernelLimit = TimeSpan.FromMinutes(60);

    [Parameter("Kernel of the virtual machine: 5.10, 6.1, 6.12 (the default) or 7.2")]
    readonly string Kernel = "6.12";

    [Parameter("Shell command to run in the virtual machine, as root; words after -- do the same. Default: bpftune doctor")]
    readonly string? Command;

    [Parameter("Kernels of the kernel matrix, with commas: 5.10,6.1,6.12,7.2. Default 6.1,6.12")]
    readonly string? Kernels;

    AbsolutePath VmProject => TestDirectory / "BpfTune.Vm" / "BpfTune.Vm.csproj";

    AbsolutePath KernelTestProject => LiveTestDirectory / "BpfTune.Kernels.Tests" / "BpfTune.Kernels.Tests.csproj";

    /// <summary>What the virtual machines of the kernel matrix run beside the suite: app/ and tuners/.</summary>
    AbsolutePath GuestDirectory => Artifacts / "guest";

    // build.sh cannot hand words with dashes to the build: they would be its own parameters.
    string GuestCommand => Command ?? (Environment.GetEnvironmentVariable("BPFTUNE_VM_COMMAND") is { Length: > 0 } words ? words : "bpftune doctor");

    Target Vm => _ => _
        .Description("Boots one of Debian's kernels in an emulator, the suite installed, and runs a command: Vm --kernel 6.12 -- bpftune doctor (as root)")
        .DependsOn(Publish)
        .Executes(() =>
        {
            Assert.True(IsRoot, "The images of virtual machines are made by root: sudo ./build.sh Vm");
            BuildDotnet("build", VmProject);
            Run(Dotnet, [AssemblyOf(VmProject), "--kernel", Kernel, "--app", AppDirectory, "--tuners", TunerDirectory, "--", "sh", "-c", GuestCommand])
                .AssertZeroExitCode();
        });

    Target PublishGuest => _ => _
        .Unlisted()
        .Description("Publishes what the virtual machines of the kernel matrix run beside the suite")
        .After(Compile)
        .After(Publish)
        .Executes(() =>
        {
            GuestDirectory.CreateOrCleanDirectory();
            var guest = TestDirectory / "BpfTune.Vm.Guest" / "BpfTune.Vm.Guest.csproj";
            BuildDotnet("publish", guest, [.. PublishOptions(selfContained: false), "-o", GuestDirectory / "app"]);
            var tuner = TestDirectory / "BpfTune.Vm.Tuner" / "BpfTune.Vm.Tuner.csproj";
            BuildDotnet("publish", tuner, [.. PublishOptions(selfContained: false), "-o", GuestDirectory / "tuners"]);
        });

    Target KernelTest => _ => _
        .Description("Runs the kernel matrix alone: every mechanism of every hook, in virtual machines of --kernels 5.10,6.1,6.12,7.2 (as root)")
        .DependsOn(Publish)
        .DependsOn(PublishGuest)
        .Executes(() => BuildDotnet("build", KernelTestProject))
        .Executes(() => RunSuites([KernelTestProject], KernelLimit));

    Dictionary<string, string> VmVariables()
    {
        var variables = new Dictionary<string, string> { ["BPFTUNE_VM_GUEST"] = GuestDirectory };
        if (Kernels is { Length: > 0 } kernels)
            variables["BPFTUNE_KERNELS"] = kernels;
        return variables;
    }
}
