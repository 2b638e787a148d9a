"""Settings: which keys exist, where their values come from, and where requests go."""
