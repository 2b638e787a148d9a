"""The log-in server, which answers as Keycloak does: authorization, tokens, log-out and CORS."""
