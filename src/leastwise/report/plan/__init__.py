"""A plan as text, as Markdown, and the proofs of its changes; the plan file itself is written elsewhere.

Promise: no format loses a change, what goes with it, or a policy that is left as it is.
"""

from leastwise.report.plan.markdown import render_plan_markdown
from leastwise.report.plan.proof import render_proof
from leastwise.report.plan.proof_document import ProofDocument, ProofEntry, proof_document
from leastwise.report.plan.text import render_plan_text

__all__ = [
    "ProofDocument",
    "ProofEntry",
    "proof_document",
    "render_plan_markdown",
    "render_plan_text",
    "render_proof",
]
