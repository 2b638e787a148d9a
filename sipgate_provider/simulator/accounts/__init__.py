"""The simulator's accounts: users, personal access tokens and OAuth clients, and the file that stores them."""
