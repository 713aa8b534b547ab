namespace Nuke.Common;

/// <summary>Defines a target: a property of this type on the build class is one, named as the property is.</summary>
public delegate ITargetDefinition Target(ITargetDefinition definition);
