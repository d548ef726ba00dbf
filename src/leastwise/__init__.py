"""leastwise finds the AWS permissions that nobody uses and shows which statement of which policy grants them.

The public use cases are in `leastwise.api`; importing this package alone loads nothing heavy.
"""

__version__ = "0.1.0"
