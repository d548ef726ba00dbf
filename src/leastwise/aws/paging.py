"""Pages followed by their markers, without the traps that ended or hung other tools."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

from leastwise.aws.answer_xml import MalformedAnswerError
from leastwise.errors import AwsError

__all__ = ["Page", "check_marker", "follow_pages"]


class Page(Protocol):
    """One answer of an operation that answers in pages."""

    @property
    def is_truncated(self) -> bool:
        """Whether more follow."""
        ...

    @property
    def marker(self) -> str | None:
        """Where the next page begins; `None` on the last page."""
        ...


AnyPage = TypeVar("AnyPage", bound=Page)


def check_marker(page: AnyPage) -> AnyPage:
    """The page itself, if the next one can be asked for.

    Raises:
        MalformedAnswerError: the page is truncated and does not say where the next one begins.
    """
    if page.is_truncated and not page.marker:
        raise MalformedAnswerError("the page is truncated and has no Marker to go on from")
    return page


async def follow_pages(
    fetch: Callable[[str | None], Awaitable[AnyPage]], *, refuse: Callable[[str], AwsError]
) -> AsyncIterator[AnyPage]:
    """All pages, in order; a page may be short or empty, and the last one carries no marker.

    Raises:
        AwsError: what `refuse` makes of a marker that comes a second time, so that the pages would never end.
    """
    marker: str | None = None
    seen: set[str | None] = set()
    while True:
        page = await fetch(marker)
        yield page
        if not page.is_truncated:
            return
        seen.add(marker)
        marker = page.marker
        if marker in seen:
            raise refuse(f"the Marker {marker!r} comes a second time, so the pages would never end")
