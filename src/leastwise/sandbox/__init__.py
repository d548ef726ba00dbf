"""A local AWS, as strict as the real one, with a sample company in it.

Promise: where the real AWS refuses, so does this one; usage comes from the calls that really happened.
"""
