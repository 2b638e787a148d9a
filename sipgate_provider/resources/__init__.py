"""What a program writes: the resource, its registration with the dynamic host, and lookups."""
