"""How the Config rule gets into an account: templates with the least rights, and the package of its code.

Promise: text and bytes alone, the same for the same input; no template grants more than `rights` says.
"""

from leastwise.deploy.archive import LIMIT_BYTES, Package, packed
from leastwise.deploy.cloudformation import render_cloudformation, render_member_role
from leastwise.deploy.contents import LIBRARIES, SERVICES, is_needed
from leastwise.deploy.options import (
    ARCHITECTURES,
    DEFAULT_RULES,
    DEFAULT_RUNTIME,
    RULES,
    RUNTIMES,
    TemplateOptions,
)
from leastwise.deploy.terraform import render_terraform

__all__ = [
    "ARCHITECTURES",
    "DEFAULT_RULES",
    "DEFAULT_RUNTIME",
    "LIBRARIES",
    "LIMIT_BYTES",
    "RULES",
    "RUNTIMES",
    "SERVICES",
    "Package",
    "TemplateOptions",
    "is_needed",
    "packed",
    "render_cloudformation",
    "render_member_role",
    "render_terraform",
]
