"""What the policy commands found out, as text and as JSON."""

from leastwise.report.policy.check import CheckDocument, check_document, render_check
from leastwise.report.policy.expansion import ExpansionDocument, expansion_document, render_expansion, render_names
from leastwise.report.policy.minimized import MinimizedDocument, minimized_document, render_minimized
from leastwise.report.policy.notices import NoticesDocument, Validated, notices_document, render_notices
from leastwise.report.policy.shared import Look
from leastwise.report.policy.simulation import (
    Simulated,
    SimulationDocument,
    render_simulation,
    simulation_document,
)

__all__ = [
    "CheckDocument",
    "ExpansionDocument",
    "Look",
    "MinimizedDocument",
    "NoticesDocument",
    "Simulated",
    "SimulationDocument",
    "Validated",
    "check_document",
    "expansion_document",
    "minimized_document",
    "notices_document",
    "render_check",
    "render_expansion",
    "render_minimized",
    "render_names",
    "render_notices",
    "render_simulation",
    "simulation_document",
]
