"""The Config rule: an event answered, from its parameters to the next invocation."""
