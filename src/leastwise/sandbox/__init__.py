"""A local AWS, as strict as the real one, with a sample company in it.

Promise: where the real AWS refuses, so does this one; usage comes from the calls that really happened.
"""

from leastwise.sandbox.clocks import SteppingClock
from leastwise.sandbox.estate import Estate
from leastwise.sandbox.identifiers import AccessKeyPair
from leastwise.sandbox.ledger import LastUse, UsageLedger
from leastwise.sandbox.options import SandboxOptions, Trouble
from leastwise.sandbox.server import AUDITOR, Sandbox
from leastwise.sandbox.tally import Tally

__all__ = [
    "AUDITOR",
    "AccessKeyPair",
    "Estate",
    "LastUse",
    "Sandbox",
    "SandboxOptions",
    "SteppingClock",
    "Tally",
    "Trouble",
    "UsageLedger",
]
