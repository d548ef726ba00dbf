"""The sandbox's Lambda: packages that run as their roles, each in a process of its own."""
