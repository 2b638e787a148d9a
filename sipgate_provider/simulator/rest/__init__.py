"""The REST API: the calls for OAuth clients, authorized and answered as sipgate does."""
