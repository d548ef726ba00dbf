"""A set of actions in the fewest characters, and documents made to fit the quotas."""
