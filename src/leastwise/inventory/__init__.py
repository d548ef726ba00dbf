"""What exists in an account, and who is granted what by which statement.

Promise: an inventory holds every principal and policy that AWS listed; what could not be read is named in it.
"""
