using Nuke.Common;
using Nuke.Common.IO;
using Serilog;

partial class Build
{
    // NUKE's own attribute for GitHub knows no matrix but that of machines.
    Target Workflows => _ => _
        .Description("Writes the continuous integration's file for GitHub from what the build knows: distributions and kernels")
        .Executes(() =>
        {
            var file = RootDirectory / Workflow.Path;
            file.Parent!.CreateDirectory();
            File.WriteAllText(file, Workflow.Text);
            Log.Information("Wrote {File}", file);
        });
}
