"""What is wrong: verdicts on granted services and actions, and the findings that the rules make of them.

Promise: same input, same output, same ids, same order.
"""
