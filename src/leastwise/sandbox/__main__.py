"""`python -m leastwise.sandbox`: the sandbox as a process of its own."""

import sys

from leastwise.errors import LeastwiseError
from leastwise.sandbox.command import sandbox


def main() -> None:
    """Run the command; an error of ours becomes one line and exit code 1."""
    try:
        sandbox(prog_name="leastwise sandbox")
    except LeastwiseError as error:
        sys.stderr.write(f"leastwise: {error.message}. {error.hint}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
