"""The accounts of the simulator: users, tokens and OAuth clients, and the file that keeps them."""
