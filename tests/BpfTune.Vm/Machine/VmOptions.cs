namespace BpfTune.Vm;

/// <summary>What a virtual machine runs, and with what.</summary>
public sealed record VmOptions
{
    /// <summary>Its kernel.</summary>
    public required KernelSeries Kernel { get; init; }

    /// <summary>The command and its arguments, as root; found by PATH.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Files and directories of this machine, and where the guest finds them.</summary>
    public IReadOnlyList<(string Source, string Target)> Files { get; init; } = [];

    /// <summary>Symbolic links in the guest, and what they point to.</summary>
    public IReadOnlyList<(string Target, string PointsTo)> Links { get; init; } = [];

    /// <summary>A shell script that runs as root before the command; null for none.</summary>
    public string? Prepare { get; init; }

    /// <summary>Added to the kernel's command line.</summary>
    public string KernelArguments { get; init; } = "";

    /// <summary>The machine is stopped after so long.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>MiB of memory.</summary>
    public int Memory { get; init; } = 1536;

    /// <summary>Processors.</summary>
    public int Processors { get; init; } = 2;

    /// <summary>Sees each line of the command's output as it comes.</summary>
    public Action<string>? OnLine { get; init; }
}
