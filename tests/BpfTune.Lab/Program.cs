using System.CommandLine;
using BpfTune.Lab.Verbs;

var root = new RootCommand("The traffic laboratory of BpfTune: long pipes between network namespaces, and what runs over them.")
{
    BenchVerb.Create(),
    DemoVerb.Create(),
    MeasureVerb.Create(),
    PipeVerb.Create(),
    StartVerb.Create(),
    SweepVerb.Create(),
};

// The laboratory puts its things away itself when a signal comes (LabLifetime).
return root.Parse(args).Invoke(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
