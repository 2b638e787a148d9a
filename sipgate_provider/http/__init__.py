"""One HTTP request: connections, deadline, retries, and what a failure without an answer means."""

# sipgate documents no rate that it bears; Terraform has found ten to suit most services.
USUAL_CONNECTIONS = 10
"""How many connections an account is given where no setting says otherwise."""
MOST_CONNECTIONS = 64
"""How many connections an account is ever given."""
