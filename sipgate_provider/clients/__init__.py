"""What an OAuth client is and how it lives: rules, check and diff, and each step from create to delete."""
