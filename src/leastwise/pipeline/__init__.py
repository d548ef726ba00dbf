"""One module a use case: the only place where rooms meet."""
