"""`make demo`: the life of a client on the genuine engine, against the embedded sipgate."""
