"""Results to text: JSON, CSV and the table a person reads.

Promise: no format loses a finding, and the same scan gives the same bytes.
"""

from leastwise.report.build import document_of
from leastwise.report.csv_format import render_csv
from leastwise.report.document import (
    AccountCounts,
    AccountEntry,
    ActionEntry,
    ErrorEntry,
    EvidenceEntry,
    ExemptEntry,
    FindingCounts,
    FindingEntry,
    GainEntry,
    GrantEntry,
    ParametersEntry,
    PolicyEntry,
    PrincipalCounts,
    PrincipalEntry,
    RuleCount,
    ScanDocument,
    ServiceEntry,
    Summary,
    UnknownCount,
    VerdictCounts,
)
from leastwise.report.explain import render_explanation
from leastwise.report.explain_json import render_explanation_json
from leastwise.report.explanation import Asked, Explanation, Quote
from leastwise.report.formats import Format, render
from leastwise.report.json_format import read_json, render_json
from leastwise.report.json_schema import schema_text
from leastwise.report.plan.formats import PlanFormat, render_plan_as
from leastwise.report.table import render_table

__all__ = [
    "AccountCounts",
    "AccountEntry",
    "ActionEntry",
    "Asked",
    "ErrorEntry",
    "EvidenceEntry",
    "ExemptEntry",
    "Explanation",
    "FindingCounts",
    "FindingEntry",
    "Format",
    "GainEntry",
    "GrantEntry",
    "ParametersEntry",
    "PlanFormat",
    "PolicyEntry",
    "PrincipalCounts",
    "PrincipalEntry",
    "Quote",
    "RuleCount",
    "ScanDocument",
    "ServiceEntry",
    "Summary",
    "UnknownCount",
    "VerdictCounts",
    "document_of",
    "read_json",
    "render",
    "render_csv",
    "render_explanation",
    "render_explanation_json",
    "render_json",
    "render_plan_as",
    "render_table",
    "schema_text",
]
