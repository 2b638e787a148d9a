"""The REST API: the endpoints for OAuth clients, with sipgate's authorization and error responses."""
