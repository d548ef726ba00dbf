"""`leastwise quarantine`, one module a command."""
