using System.Diagnostics;
using System.Runtime.InteropServices;
using BpfTune.Lab.Native;

namespace BpfTune.Lab;

/// <summary>
/// Carries the packets of one direction: reads what comes, keeps it for the delay, writes it. One thread does both, so
/// nothing is shared and nothing is locked.
/// </summary>
internal sealed unsafe class PacketPump : IDisposable
{
    // Reading must not starve writing: so many reads, then what is due.
    private const int ReadBurst = 16;

    private readonly int _input;
    private readonly int _output;
    private readonly int _stop;
    private readonly PacketRing _ring;
    private readonly LossModel? _loss;
    private readonly DepartureClock _clock;
    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(TunDevice.MaxRecord, pinned: true);
    private readonly byte* _scratchPointer;

    private long _records;
    private long _bytes;
    private long _lost;
    private long _overflowed;
    private long _refused;
    private long _peak;
    private long _worstLateness;
    private double _totalLateness;

    internal PacketPump(TunDevice input, TunDevice output, int stopEvent, PipeOptions options, ulong seed)
    {
        _input = (int)input.Handle.DangerousGetHandle();
        _output = (int)output.Handle.DangerousGetHandle();
        _stop = stopEvent;
        _ring = new PacketRing(options.Capacity);
        _loss = options.Loss > 0 ? new LossModel(options.Loss, seed) : null;
        _clock = new DepartureClock(options);
        _scratchPointer = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_scratch, 0);
    }

    /// <summary>CPU time of the carrying thread, once it has ended.</summary>
    internal double CpuSeconds { get; private set; }

    internal PipeDirectionStatistics Statistics => new()
    {
        Records = _records,
        Bytes = _bytes,
        Lost = _lost,
        Overflowed = _overflowed,
        Refused = _refused,
        PeakBytes = _peak,
        WorstLatenessMicroseconds = _worstLateness / 1e3,
        MeanLatenessMicroseconds = _records == 0 ? 0 : _totalLateness / _records / 1e3,
    };

    /// <summary>Carries packets until the stop event is set.</summary>
    internal void Run()
    {
        // The default slack of 50 µs would be added to every wait. Both calls only better the accuracy:
        // a pipe that may not raise its priority works all the same.
        _ = Interop.PrCtl(Interop.PR_SET_TIMERSLACK, 1, 0, 0, 0);
        _ = Interop.SetPriority(Interop.PRIO_PROCESS, 0, -15);

        Interop.PollFd* poll = stackalloc Interop.PollFd[2];
        poll[0] = new Interop.PollFd { Fd = _stop, Events = Interop.POLLIN };
        poll[1] = new Interop.PollFd { Fd = _input, Events = Interop.POLLIN };
        Interop.TimeSpec timeout;
        while (true)
        {
            bool more = ReadArrivals();
            long wait = WriteDue();
            if (more)
            {
                continue;
            }

            Interop.TimeSpec* limit = null;
            if (wait >= 0)
            {
                timeout.Seconds = (nint)(wait / 1_000_000_000);
                timeout.Nanoseconds = (nint)(wait % 1_000_000_000);
                limit = &timeout;
            }

            int ready = Interop.PPoll(poll, 2, limit, null);
            if (ready < 0 && Marshal.GetLastPInvokeError() != Interop.EINTR)
            {
                throw new LabException("the pipe cannot wait for packets: " + Marshal.GetLastPInvokeErrorMessage());
            }

            if (ready > 0 && poll[0].Revents != 0)
            {
                CpuSeconds = ThreadClock.CpuSeconds;
                return;
            }
        }
    }

    public void Dispose() => _ring.Dispose();

    private static long Now()
    {
        // Stopwatch ticks are nanoseconds on Linux.
        return Stopwatch.GetTimestamp();
    }

    /// <returns>Whether there may be more to read at once.</returns>
    private bool ReadArrivals()
    {
        for (int i = 0; i < ReadBurst; i++)
        {
            byte* slot = _ring.Reserve(TunDevice.MaxRecord);
            byte* buffer = slot == null ? _scratchPointer : slot;
            nint length = Interop.Read(_input, buffer, TunDevice.MaxRecord);
            if (length < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error == Interop.EINTR)
                {
                    continue;
                }

                // EIO: the device is down, for the moment or since its namespace ends.
                return error is Interop.EAGAIN or Interop.EIO
                    ? false
                    : throw new LabException("the pipe cannot read a packet: " + Marshal.GetPInvokeErrorMessage(error));
            }

            if (slot == null)
            {
                _overflowed++;
                continue;
            }

            Accept(slot, (int)length);
        }

        return true;
    }

    private void Accept(byte* slot, int length)
    {
        if (_loss is not null && !PassesWhole(slot, length))
        {
            return;
        }

        Commit(length);
    }

    private void Commit(int length)
    {
        long due = _clock.Arrival(Now(), length - TunDevice.HeaderSize);
        if (due < 0)
        {
            _overflowed++;
            return;
        }

        _ring.Commit(length, due);
        _peak = Math.Max(_peak, _ring.Used);
    }

    /// <returns>Whether nothing of the record is lost; if something is, the rest has been taken care of.</returns>
    private bool PassesWhole(byte* slot, int length)
    {
        if (!SegmentBundle.TryParse(new ReadOnlySpan<byte>(slot, length), out SegmentBundle bundle))
        {
            if (_loss!.Next())
            {
                _lost++;
                return false;
            }

            return true;
        }

        if (_loss!.TryPass(bundle.Count))
        {
            return true;
        }

        // The runs are written where the bundle lies now, so they are cut from a copy.
        new ReadOnlySpan<byte>(slot, length).CopyTo(_scratch);
        _ = SegmentBundle.TryParse(_scratch.AsSpan(0, length), out bundle);
        int first = 0;
        for (int i = 0; i <= bundle.Count; i++)
        {
            bool end = i == bundle.Count;
            if (!end && !_loss.Next())
            {
                continue;
            }

            if (i > first)
            {
                CommitRun(bundle, first, i - first);
            }

            first = i + 1;
            _lost += end ? 0 : 1;
        }

        return false;
    }

    private void CommitRun(SegmentBundle bundle, int first, int count)
    {
        int size = bundle.SizeOfRun(first, count);
        byte* slot = _ring.Reserve(size);
        if (slot == null)
        {
            _overflowed++;
            return;
        }

        bundle.WriteRun(first, count, new Span<byte>(slot, size));
        Commit(size);
    }

    /// <returns>Nanoseconds until the next packet is due; -1: none is on the way.</returns>
    private long WriteDue()
    {
        while (_ring.TryPeek(out byte* packet, out int length, out long due))
        {
            long lateness = Now() - due;
            if (lateness < 0)
            {
                return -lateness;
            }

            if (Interop.Write(_output, packet, (nuint)length) == length)
            {
                _records++;
                _bytes += length - TunDevice.HeaderSize;
                _totalLateness += lateness;
                _worstLateness = Math.Max(_worstLateness, lateness);
            }
            else
            {
                // A device that is down loses packets, as a cable does.
                _refused++;
            }

            _ring.Advance();
        }

        return -1;
    }
}
