using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using BpfTune.Lab;

namespace BpfTune.Vm;

/// <summary>
/// Boots a kernel in an emulator, runs one command in it, and takes the results out. Needs no network, no mount and no
/// hardware virtualization; the images are opened so that a run never changes them, and several may go side by side.
/// </summary>
public sealed class VirtualMachine
{
    /// <summary>The variable that names another accelerator of QEMU's than tcg, for example kvm.</summary>
    public const string AcceleratorVariable = "BPFTUNE_VM_ACCEL";

    private const string Emulator = "qemu-system-x86_64";
    private const string Busybox = "/bin/busybox";

    // A fifth level of page tables only costs time.
    private const string Processor = "max,-la57";

    // An interrupt right after cmpxchg16b finds garbage in the flags that QEMU 7.2 emulates, and the kernel dies in kmalloc, once in some
    // minutes: without cx16 it takes another way. Kernels since 7.0 hardly use it there, and need it to allocate BPF's local storage.
    private const string WithoutCx16 = ",-cx16";

    private const long ResultSize = 64 << 20;

    // Nobody attacks this machine; and a busy host must not spoil anything: the emulated timer is late then, in the kernel's own trial of it too.
    private const string KernelArguments =
        "console=ttyS0 quiet panic=-1 mitigations=off audit=0 random.trust_cpu=on nowatchdog tsc=reliable no_timer_check rcupdate.rcu_cpu_stall_suppress=1";

    private readonly VmOptions _options;
    private readonly KernelImage _kernel;
    private readonly UserLand _userLand;
    private readonly RuntimeImage _runtime;

    private VirtualMachine(VmOptions options, ImageCache cache)
    {
        _options = options;
        _kernel = KernelImage.Get(options.Kernel, cache);
        _userLand = UserLand.Get(cache);
        _runtime = RuntimeImage.Get(cache);
    }

    /// <summary>Runs a machine to its end.</summary>
    /// <exception cref="VmException">It could not be made, or did not come to its end; the text holds the end of its console.</exception>
    public static VmResult Run(VmOptions options, ImageCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var machine = new VirtualMachine(options, cache ?? new ImageCache());
        var directory = Directory.CreateTempSubdirectory("bpftune-vm-");
        try
        {
            return machine.Run(directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private VmResult Run(string directory)
    {
        string File(string name) => Path.Combine(directory, name);
        WriteInitramfs(File("initramfs"));
        WriteFiles(File("files"));
        using (var results = System.IO.File.Create(File("results")))
            results.SetLength(ResultSize);

        var start = Stopwatch.GetTimestamp();
        var output = new List<string>();
        using (var machine = Start(directory))
        {
            var process = machine.Process;
            var errors = process.StandardError.ReadToEndAsync();
            var reader = Task.Run(() =>
            {
                while (process.StandardOutput.ReadLine() is { } line)
                {
                    output.Add(line);
                    _options.OnLine?.Invoke(line);
                }
            });
            var ended = process.WaitForExit(_options.Limit);
            if (!ended)
            {
                process.Kill();
                process.WaitForExit();
            }

            reader.Wait();
            if (!ended)
                throw Failed($"was stopped after {_options.Limit.TotalSeconds:0} s", File("console"), output);
            if (process.ExitCode != 0)
                throw Failed($"ended with {Emulator}'s exit code {process.ExitCode}: {errors.Result.Trim()}", File("console"), output);
        }

        var status = Text(File("status")).Trim();
        if (!int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var exitCode))
            throw Failed("ended without the command's exit status", File("console"), output);
        return new VmResult(exitCode, output, Text(File("console")), ReadResults(File("results")), Stopwatch.GetElapsedTime(start));
    }

    private MachineProcess Start(string directory)
    {
        var accelerator = Environment.GetEnvironmentVariable(AcceleratorVariable) is { Length: > 0 } given ? given : "tcg,thread=multi,tb-size=512";
        string[] disks =
        [
            $"file={_kernel.Modules},readonly=on", $"file={_userLand.Image},snapshot=on", $"file={_runtime.Image},readonly=on",
            $"file={directory}/files,readonly=on", $"file={directory}/results",
        ];
        string[] arguments =
        [
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-accel", accelerator, "-cpu", Version.Parse(_options.Kernel.Name).Major < 7 ? Processor + WithoutCx16 : Processor,
            "-m", _options.Memory.ToString(CultureInfo.InvariantCulture), "-smp", _options.Processors.ToString(CultureInfo.InvariantCulture),
            "-kernel", _kernel.Kernel, "-initrd", $"{directory}/initramfs",
            "-append", $"{KernelArguments} {_options.KernelArguments}".TrimEnd(),
            "-chardev", $"file,id=console,path={directory}/console", "-serial", "chardev:console",
            "-chardev", "stdio,id=output,signal=off", "-serial", "chardev:output",
            "-chardev", $"file,id=status,path={directory}/status", "-serial", "chardev:status",
            .. disks.SelectMany(disk => (string[])["-drive", $"if=virtio,format=raw,cache=unsafe,{disk}"]),
        ];
        return MachineProcess.Start(Emulator, arguments);
    }

    private void WriteInitramfs(string file)
    {
        if (!System.IO.File.Exists(Busybox))
            throw new VmException($"{Busybox} is missing: install busybox-static");
        using var archive = new Initramfs(file);
        foreach (var directory in (ReadOnlySpan<string>)["bin", "dev", "modules", "proc", "root", "sys"])
            archive.AddDirectory(directory);
        archive.AddExecutable("bin/busybox", System.IO.File.ReadAllBytes(Busybox));
        foreach (var module in _kernel.BootModules)
            archive.AddExecutable("modules/" + Path.GetFileName(module), System.IO.File.ReadAllBytes(module));
        archive.AddExecutable("init", Script("init"));
    }

    private void WriteFiles(string file)
    {
        using var files = new GuestFiles(file);
        files.AddExecutable("/vm/run", Script("run"));
        files.AddExecutable("/vm/command", Encoding.UTF8.GetBytes($"exec {string.Join(' ', _options.Command.Select(Quote))}\n"));
        if (_options.Prepare is { } prepare)
            files.AddExecutable("/vm/prepare", Encoding.UTF8.GetBytes("#!/bin/sh\n" + prepare + "\n"));
        foreach (var (source, target) in _options.Files)
            files.Copy(source, target);
        foreach (var (target, pointsTo) in _options.Links)
            files.AddLink(target, pointsTo);
    }

    private static Dictionary<string, byte[]> ReadResults(string disk)
    {
        var results = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var reader = new TarReader(File.OpenRead(disk));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry is not { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile })
                continue;
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            results[entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name] = content.ToArray();
        }

        return results;
    }

    private VmException Failed(string what, string console, List<string> output)
    {
        var lines = Text(console).Split('\n').TakeLast(40);
        return new VmException(
            $"the virtual machine with Linux {_kernel.Release} {what}\n--- console:\n{string.Join('\n', lines)}\n--- output:\n{string.Join('\n', output.TakeLast(40))}");
    }

    private static string Text(string file) => File.Exists(file) ? File.ReadAllText(file) : "";

    private static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static byte[] Script(string name)
    {
        using var stream = typeof(VirtualMachine).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
