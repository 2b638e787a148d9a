"""The lifecycle of an OAuth client: its rules, check and diff, and each step from create to delete."""
