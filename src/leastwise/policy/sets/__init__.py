"""Actions and names as sets of patterns, decided on the patterns as languages."""
