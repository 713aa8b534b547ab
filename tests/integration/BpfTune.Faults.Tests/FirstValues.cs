using BpfTune.Lab;

namespace BpfTune.Faults.Tests;

/// <summary>What namespaces held before the daemon came, and what people have set since: nothing else may be left in the end.</summary>
internal sealed class FirstValues
{
    private readonly (LabNamespace Place, SysctlSnapshot Values)[] _before;
    private readonly Dictionary<(string Place, string Name), string> _words = [];

    public FirstValues(params LabNamespace[] places) => _before = [.. places.Select(place => (place, SysctlSnapshot.Capture(place)))];

    /// <summary>An administrator sets something.</summary>
    public void Set(LabNamespace place, string name, string value)
    {
        place.WriteSysctl(name, value);
        _words[(place.Name, name)] = value;
    }

    public void AssertBack(string context)
    {
        foreach (var (place, values) in _before)
        {
            var now = SysctlSnapshot.Capture(place);
            foreach (var difference in values.DifferencesTo(now).Where(d => !_words.ContainsKey((place.Name, d.Name))))
                Assert.Fail($"{place.Role}: {difference.Name} was '{difference.Before}' and is '{difference.After}'; {context}");
            foreach (var ((where, name), value) in _words.Where(word => word.Key.Place == place.Name))
                Assert.True(now[name] == value, $"{place.Role}: somebody set {name} to '{value}', and it is '{now[name]}'; {context}");
        }
    }
}
