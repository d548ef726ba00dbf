"""The sandbox's AWS Config: rules that ask a function, and their results."""
