"""The page at `/`, which shows clients, faults and requests."""
