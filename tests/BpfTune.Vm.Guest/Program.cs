using System.Diagnostics;
using System.Text.Json;
using BpfTune.Engine.Kernel;
using BpfTune.Lab;
using BpfTune.Vm.Guest;

// bpftune-guest RESULTS [PART...]: runs all parts, or those named, and writes RESULTS.
var results = args[0];
var wanted = args[1..];
var cells = new List<Cell>();
var checks = new List<Check>();
var seconds = new Dictionary<string, double>();
var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
var version = KernelRelease.Read().Version;

void Part(string name, Action action)
{
    if (wanted.Length > 0 && !wanted.Contains(name))
        return;
    var (start, busy) = (Stopwatch.GetTimestamp(), BusySeconds());
    try
    {
        action();
    }
#pragma warning disable CA1031 // Whatever breaks a part is that part's failure: the others are run, and the report has its text.
    catch (Exception exception)
#pragma warning restore CA1031
    {
        Note(new Check(name + "_runs", false, exception.ToString()));
    }

    seconds[name] = Stopwatch.GetElapsedTime(start).TotalSeconds;
    Console.WriteLine(FormattableString.Invariant($"== {name}: {seconds[name]:0.0} s, {BusySeconds() - busy:0.0} s of CPU"));
    // After each part: whatever happens later, this much is known.
    File.WriteAllText(results, JsonSerializer.Serialize(new GuestReport(kernel, cells, checks, seconds), GuestJson.Readable.GuestReport));
}

// /proc/stat: all that is not idle, nor waiting, in hundredths of a second.
static double BusySeconds()
{
    var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..8].Select(long.Parse).ToArray();
    return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / 100.0;
}

void Note(Check check)
{
    checks.Add(check);
    Console.WriteLine($"{(check.Passed ? "ok  " : "FAIL")} {check.Name}: {check.Detail}");
}

void NoteAll(IEnumerable<Check> all)
{
    foreach (var check in all)
        Note(check);
}

var matrix = new Matrix(TunerHooks.ReadAll("/usr/lib/bpftune"), cell =>
{
    cells.Add(cell);
    Console.WriteLine($"{cell.Outcome,-8} {cell.Tuner}/{cell.Hook} {cell.Mechanism}: {cell.Detail}");
}, Note);
Part("doctor", () => NoteAll(DoctorChecks.Run()));
Part("made_up", () => Note(DoctorChecks.MadeUpFunction()));
Part("no_btf", () => NoteAll(DoctorChecks.NoBtf()));
Part("namespaces", () => NoteAll(NamespaceChecks.Run(version)));
foreach (var group in MatrixGroup.All)
    Part(group.Name, () => matrix.Run(group));
Part("long_pipe", () => Note(LongPipeChecks.Run()));
Part("connections", () => NoteAll(ConnectionChecks.Run()));
Part("machine", () => NoteAll(MachineChecks.Run()));
Part("lockdown", () => Note(MachineChecks.Lockdown()));
return 0;
