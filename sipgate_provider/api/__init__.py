"""sipgate's REST API: its calls for OAuth clients, its models, and what its errors mean."""
