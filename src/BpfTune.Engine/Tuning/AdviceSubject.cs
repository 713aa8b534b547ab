using System.Security.Cryptography;
using System.Text;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>What a piece of advice is about: the same on every host and after every restart.</summary>
/// <param name="Tuner">Who gives it.</param>
/// <param name="Tunable">Full name of the setting.</param>
/// <param name="Member">The members that would move, with a + between several; empty for a plain setting.</param>
/// <param name="Namespace">The namespace's name.</param>
/// <param name="Scenario">The reason's stable name.</param>
public sealed record AdviceSubject(string Tuner, string Tunable, string Member, string Namespace, string Scenario)
{
    /// <summary>The subject of a change.</summary>
    public static AdviceSubject Of(string tuner, Proposal proposal, TunableValue old, TunableValue wanted)
    {
        var names = proposal.Tunable.Members;
        var moved = old.Numbers.Length == wanted.Numbers.Length
            ? Enumerable.Range(0, old.Numbers.Length).Where(i => i < names.Length && old[i] != wanted[i]).Select(i => names[i])
            : [];
        return new(tuner, proposal.Tunable.Name, string.Join('+', moved), proposal.Namespace.Name, proposal.Scenario);
    }

    /// <summary>Eight hexadecimal digits: the first four bytes of the SHA-256 of its parts, a zero byte between two.</summary>
    public string Id()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Tuner, Tunable, Member, Namespace, Scenario)), hash);
        return Convert.ToHexStringLower(hash[..4]);
    }
}
