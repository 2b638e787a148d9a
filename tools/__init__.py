"""Programs for working on the project, started as `python tools NAME`; none of them is installed."""
