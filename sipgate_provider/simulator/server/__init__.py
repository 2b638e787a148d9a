"""The web server: its thread, its connections, TLS, and limits on what a request may send."""
