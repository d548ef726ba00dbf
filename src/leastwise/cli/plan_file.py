"""Reading a plan that was written to a file."""

from pathlib import Path

from leastwise.cli.streams import read_input
from leastwise.errors import PlanError
from leastwise.plan import Plan, read_plan

__all__ = ["read_plan_file"]


def read_plan_file(plan_file: str) -> Plan:
    """The plan in a file, or on standard input for `-`.

    Raises:
        PlanError: it cannot be read, is no plan, or was edited.
    """
    if plan_file == "-":
        return read_plan(read_input(), source="standard input")
    try:
        text = Path(plan_file).read_bytes()
    except OSError as error:
        raise PlanError(f"cannot read {plan_file}: {error.strerror}") from error
    return read_plan(text, source=plan_file)
