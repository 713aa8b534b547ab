using BpfTune.Engine.Tuning;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>A state directory in which the process is killed, or the disk fails, at a chosen step.</summary>
internal sealed class FaultyDirectory(string path, FaultPlan plan) : StateDirectory(path)
{
    internal override SafeFileHandle New(string name)
    {
        plan.Step();
        return base.New(name);
    }

    internal override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (plan.IsNext && bytes.Length > 1)
            base.Write(file, bytes[..(bytes.Length / 2)], offset);
        plan.Step();
        base.Write(file, bytes, offset);
    }

    internal override void Cut(SafeFileHandle file, long length)
    {
        plan.Step();
        base.Cut(file, length);
    }

    internal override void Sync(SafeFileHandle file, string name)
    {
        plan.Step();
        base.Sync(file, name);
    }

    internal override void Sync()
    {
        plan.Step();
        base.Sync();
    }

    internal override void Rename(string from, string to)
    {
        plan.Step();
        base.Rename(from, to);
    }

    internal override void Remove(string name)
    {
        plan.Step();
        base.Remove(name);
    }
}
