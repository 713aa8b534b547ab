using System.CommandLine;

namespace BpfTune.Lab.Verbs;

/// <summary>sweep: removes what killed laboratories left.</summary>
internal static class SweepVerb
{
    internal static Command Create()
    {
        var command = new Command("sweep", "Remove namespaces and processes of laboratories that were killed.");
        command.SetAction(_ => Verb.Guard(() =>
        {
            IReadOnlyList<string> removed = LabSweep.Run();
            foreach (string what in removed)
            {
                Console.WriteLine("removed " + what);
            }

            if (removed.Count == 0)
            {
                Console.WriteLine("nothing to remove");
            }

            return Verb.Done;
        }));
        return command;
    }
}
