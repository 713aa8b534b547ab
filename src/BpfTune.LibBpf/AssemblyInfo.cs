using System.Runtime.CompilerServices;

// Every native signature here is blittable or has a marshaller of its own: nothing is left to the runtime to guess.
[assembly: DisableRuntimeMarshalling]
