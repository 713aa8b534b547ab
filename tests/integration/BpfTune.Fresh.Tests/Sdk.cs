using System.Text.RegularExpressions;

namespace BpfTune.Fresh.Tests;

/// <summary>The .NET SDK of a root: build.sh fetches one; where that cannot be, it is this machine's, mounted so that nothing can write to it.</summary>
internal static partial class Sdk
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly Lazy<bool> s_canBeFetched = new(Ask);

    /// <summary>Whether the place that build.sh fetches it from can be reached.</summary>
    public static bool CanBeFetched => s_canBeFetched.Value;

    /// <summary>The .NET that runs this: three above the directory of its libraries.</summary>
    public static string Directory { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));

    private static bool Ask()
    {
        var address = Address().Match(File.ReadAllText(Path.Combine(Suite.RepositoryRoot, "build.sh"))).Groups[1].Value;
        using var client = new HttpClient { Timeout = s_patience };
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        try
        {
            using var response = client.Send(request);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            Console.WriteLine($"fresh: {address} cannot be reached, so the roots get this machine's {Directory}, read-only");
            return false;
        }
    }

    [GeneratedRegex(@"^dotnet_install_url=(\S+)$", RegexOptions.Multiline)]
    private static partial Regex Address();
}
