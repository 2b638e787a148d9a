"""How tests control the simulator: faults, switches and the request log, in Python and over HTTP."""
