"""What `leastwise policy minimize` does once its command line is read."""

from leastwise.catalog import load_catalog
from leastwise.cli.exits import ExitCode
from leastwise.cli.output import OutputOptions, write
from leastwise.cli.streams import say
from leastwise.pipeline.minimize import MinimizeOptions, minimize
from leastwise.policy import Document, DocumentKind, Misfit, Wildcards
from leastwise.report.json_format import indented
from leastwise.report.policy import MinimizedDocument, minimized_document, render_minimized

__all__ = ["minimize_and_show", "options_of"]


def options_of(wildcards: str, *, limit: int | None, documents: int | None, kind: str) -> MinimizeOptions:
    """How the document may be shortened, as the command line says."""
    return MinimizeOptions(Wildcards(wildcards), limit, documents or 1, DocumentKind(kind))


def minimize_and_show(document: Document, options: MinimizeOptions, output: OutputOptions, *, source: str) -> ExitCode:
    """Shorten the document, write the result, and say on standard error what it saves, or why it does not fit."""
    found = minimize(document, load_catalog(), options)
    result = minimized_document(document.text, found, source=source)
    if output.format_name == "json":
        write([indented(result)], output.output, is_data=True)
    elif not isinstance(found, Misfit):
        write([render_minimized(found)], output.output, is_data=True)
    if isinstance(found, Misfit):
        say(f"it does not fit: {found.reason}")
        return ExitCode.FINDINGS
    if not output.quiet:
        say(_saved(result))
    return ExitCode.OK


def _saved(result: MinimizedDocument) -> str:
    sizes = " + ".join(f"{part.size:,}" for part in result.documents)
    if result.wildcards is None and len(result.documents) == 1:
        return f"{sizes} characters; nothing to shorten"
    proof = "it grants the same, also of what AWS may add" if result.wildcards is not Wildcards.OPEN else (
        "it grants the same known actions, and more of what AWS may add"
    )  # fmt: skip
    return f"{result.size_before:,} characters have become {sizes}; {proof}"
