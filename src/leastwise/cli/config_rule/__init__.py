"""`leastwise config-rule`: the rules for AWS Config, a command a module."""
