"""Settings: which keys exist, where their values come from, and where a credential may be sent."""
