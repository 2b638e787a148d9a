"""The page at `/` that shows clients, requests and faults."""
