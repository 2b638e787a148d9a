"""sipgate's REST API: its calls for OAuth clients, their models, and what its errors mean."""
