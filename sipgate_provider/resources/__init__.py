"""The classes and functions for programs: the resource, its registration with the engine, and lookups."""
