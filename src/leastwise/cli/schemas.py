"""The JSON Schemas of all that the commands write, made from the types: `python -m leastwise.cli.schemas` does it.

It writes them over the files that ship in `report/schema/`, of which a test holds that they are those of the types.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, get_args

from msgspec import Struct

from leastwise import report
from leastwise.apply import RunBegun
from leastwise.apply.line import JournalLine
from leastwise.cli.applying import RunDocument
from leastwise.cli.evaluating import EvaluationsDocument
from leastwise.plan import Plan, PlanAccount
from leastwise.report import ScanDocument
from leastwise.report.json_schema import Field, SchemaName, closed_schema, scan_schema
from leastwise.report.plan.proof_document import ProofDocument
from leastwise.report.quarantine import QuarantineListing
from leastwise.report.watch import WatchDocument

__all__ = ["generate_schema", "write_schemas"]

_ACCOUNT: Final = r"^\d{12}$"
_DIGEST: Final = "^sha256:[0-9a-f]{64}$"
_TYPES: Final[Mapping[SchemaName, type[Struct]]] = {
    "leastwise/scan/1": ScanDocument,
    "leastwise/plan/1": Plan,
    "leastwise/proof/1": ProofDocument,
    "leastwise/run/1": RunDocument,
    "leastwise/journal/1": JournalLine,
    "leastwise/quarantines/1": QuarantineListing,
    "leastwise/watch/1": WatchDocument,
    "leastwise/evaluations/1": EvaluationsDocument,
}
_PATTERNS: Final[Mapping[SchemaName, Mapping[Field, str]]] = {
    "leastwise/proof/1": {(PlanAccount, "id"): _ACCOUNT},
    "leastwise/journal/1": {(RunBegun, "account"): _ACCOUNT, (RunBegun, "plan"): _DIGEST},
    "leastwise/quarantines/1": {(PlanAccount, "id"): _ACCOUNT},
    "leastwise/watch/1": {(WatchDocument, "account"): _ACCOUNT},
}
"""What texts must match of which the types say only that they are texts."""


def generate_schema(name: SchemaName) -> str:
    """The JSON Schema as the types have it now.

    Needs the source texts of the types, for the lines under their fields.
    """
    if name == "leastwise/scan/1":
        return scan_schema()
    return closed_schema(name, _TYPES[name], patterns=_PATTERNS.get(name))


def write_schemas() -> None:
    """Write every schema over the file that ships."""
    folder = Path(report.__file__).parent / "schema"
    for name in get_args(SchemaName):
        family, version = name.split("/")[1:]
        (folder / f"{family}-{version}.json").write_text(generate_schema(name), encoding="utf-8")


if __name__ == "__main__":
    write_schemas()
