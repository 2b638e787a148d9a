"""What a test asks of the simulator: faults, the request log, and both over HTTP."""
