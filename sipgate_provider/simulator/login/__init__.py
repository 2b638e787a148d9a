"""The log-in server, which responds as Keycloak does: authorization, tokens, log-out and CORS."""
