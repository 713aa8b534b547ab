using System.Text.RegularExpressions;
using System.Xml.Linq;
using Nuke.Common;

partial class Build
{
    /// <summary>The version of all that is built: <c>--version</c>, else that of Directory.Build.props.</summary>
    string ProductVersion => CheckedVersion ?? XDocument.Load(RootDirectory / "Directory.Build.props").Descendants("VersionPrefix").Single().Value;

    // A shell may have a variable of that name that means something else.
    string? CheckedVersion
    {
        get
        {
            Assert.True(Version is null || Plain().IsMatch(Version), $"--version (or a variable VERSION) is '{Version}', and should be like 0.1.0.");
            return Version;
        }
    }

    string[] VersionOption() => CheckedVersion is { } version ? [$"-p:Version={version}"] : [];

    [GeneratedRegex(@"^\d+\.\d+\.\d+$")]
    private static partial Regex Plain();
}
