"""The web server: its thread, its connections and TLS."""
