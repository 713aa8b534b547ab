// Programs are system-wide: what one test attaches, another's traffic would set off.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
