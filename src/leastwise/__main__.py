"""`python -m leastwise`: the same as the `leastwise` command."""

from leastwise.cli.main import main

if __name__ == "__main__":
    main()
