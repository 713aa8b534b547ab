using System.Globalization;
using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>The listing of network namespaces.</summary>
internal static class NamespacesText
{
    internal static void Write(TextWriter output, IReadOnlyList<NamespaceReport> namespaces)
    {
        var table = new TextTable("NAMESPACE", "INODE", "COOKIE", "OWNER");
        foreach (var n in namespaces)
            table.Add(n.Name, n.Inode.ToString(CultureInfo.InvariantCulture), n.Cookie == 0 ? "none" : n.Cookie.ToString(CultureInfo.InvariantCulture), n.Tenant ?? "the machine");
        table.Write(output);
    }
}
