namespace BpfTune.Lab;

/// <summary>A sysctl of the whole machine set for a while; its former value comes back, at the latest when this process ends.</summary>
public sealed class SysctlOverride : IDisposable
{
    private readonly string _name;
    private readonly string _former;
    private bool _disposed;

    private SysctlOverride(string name, string former)
    {
        _name = name;
        _former = former;
    }

    /// <summary>Sets it.</summary>
    /// <exception cref="LabException">The kernel has no such sysctl, or refuses the value.</exception>
    public static SysctlOverride Set(string name, string value)
    {
        lock (LabLifetime.Gate)
        {
            var made = new SysctlOverride(name, Sysctl.Read(name));
            LabLifetime.Register(made);
            try
            {
                Sysctl.Write(name, value);
                return made;
            }
            catch
            {
                // The kernel may have taken another value than was written, and says so only afterwards.
                made.Dispose();
                throw;
            }
        }
    }

    /// <summary>Sets the former value.</summary>
    public void Dispose()
    {
        lock (LabLifetime.Gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                LabLifetime.Forget(this);
                Sysctl.Write(_name, _former);
            }
        }
    }
}
