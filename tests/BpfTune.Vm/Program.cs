using System.CommandLine;
using BpfTune.Lab;
using BpfTune.Vm;

var kernel = new Option<string>("--kernel") { Description = "5.10, 6.1, 6.12 or 7.2", DefaultValueFactory = static _ => KernelSeries.V6_12.Name };
var app = new Option<string>("--app") { Description = "Directory of the published daemon", Required = true };
var tuners = new Option<string>("--tuners") { Description = "Directory of the published tuners", Required = true };
var memory = new Option<int>("--memory") { Description = "MiB of memory", DefaultValueFactory = static _ => 1536 };
var limit = new Option<int>("--limit") { Description = "Seconds after which the machine is stopped", DefaultValueFactory = static _ => 600 };
var file = new Option<string[]>("--file") { Description = "SOURCE:TARGET, one more file or directory for the guest", DefaultValueFactory = static _ => [] };
var append = new Option<string>("--append") { Description = "Added to the kernel's command line", DefaultValueFactory = static _ => "" };
var command = new Argument<string[]>("command") { Description = "What to run, as root; default: bpftune doctor", DefaultValueFactory = static _ => ["bpftune", "doctor"] };
var root = new RootCommand("Boots one of Debian's kernels in an emulator, with the published suite installed, and runs a command in it.")
{
    kernel, app, tuners, memory, limit, file, append, command,
};

root.SetAction(parsed =>
{
    try
    {
        var options = new VmOptions
        {
            Kernel = KernelSeries.Find(parsed.GetValue(kernel)!),
            Command = parsed.GetValue(command)!,
            Memory = parsed.GetValue(memory),
            Limit = TimeSpan.FromSeconds(parsed.GetValue(limit)),
            KernelArguments = parsed.GetValue(append)!,
            Files = [.. parsed.GetValue(file)!.Select(pair => pair.Split(':', 2)).Select(pair => (pair[0], pair[1]))],
            OnLine = Console.WriteLine,
        };
        var suite = new SuiteFiles(parsed.GetValue(app)!, parsed.GetValue(tuners)!);
        var result = VirtualMachine.Run(suite.Install(options), new ImageCache(progress: line => Console.Error.WriteLine($"vm: {line}")));
        Console.Error.WriteLine($"vm: exit code {result.ExitCode}, {result.Elapsed.TotalSeconds:0.0} s in all");
        return result.ExitCode;
    }
    catch (Exception exception) when (exception is VmException or LabException)
    {
        Console.Error.WriteLine($"vm: {exception.Message}");
        return 125;
    }
});

// The laboratory ends what it started itself when a signal comes (LabLifetime).
return root.Parse(args).Invoke(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
