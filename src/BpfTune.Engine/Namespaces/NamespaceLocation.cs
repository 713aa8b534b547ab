namespace BpfTune.Engine.Namespaces;

/// <summary>A file that stands for a namespace, and what to call the namespace.</summary>
/// <param name="Path">On nsfs: /run/netns/NAME, another bind mount, or /proc/PID/ns/net.</param>
/// <param name="Name">For people; see <see cref="NamespaceNames"/>.</param>
internal readonly record struct NamespaceLocation(string Path, string Name);
