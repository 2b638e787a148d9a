"""What is raised when a machine has no Keycloak and cannot have one."""

from __future__ import annotations


class KeycloakNotFoundError(Exception):
    """There is no Java, or Keycloak could not be installed; the message says why and what to do."""
