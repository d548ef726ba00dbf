"""What was used: usages seen by sources over windows, and the gaps where a source could not answer.

Promise: merging is commutative, associative and idempotent; silence is not absence.
"""
