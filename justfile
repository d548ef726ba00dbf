# What CI runs, and the handful of things besides. Needs the packages of requirements-dev.txt on the PATH.

# Everything that must be green before a change lands.
check: lint types house test

# Style and format.
lint:
    ruff check .
    ruff format --check .

# mypy, strict, over src and tests.
types:
    mypy

# The layers of src/leastwise.
house:
    lint-imports

# The whole suite, on every core.
test:
    pytest -n auto -q

# Measure against boto3; prints ratios.
bench:
    python bench/collection.py
    python bench/memory.py
    python bench/applying.py

# Measure against policy_sentry, parliament and policyuniverse, which bench/requirements-peers.txt installs.
bench-policy:
    python bench/algebra.py
    python bench/planning.py

# Look for input that breaks the policy room, for ten minutes.
fuzz:
    python bench/fuzz_policy.py --minutes 10

# Pin what the tests need, by hash and without a registry's address.
pin:
    uv export --extra dev --no-emit-project --no-header --format requirements-txt --quiet --output-file requirements-dev.txt
