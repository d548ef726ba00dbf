"""`leastwise policy`: the policy algebra by hand, from files or standard input, without AWS."""
