"""Last-accessed jobs: what was asked for, by which session, and the answer as it stood then."""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Literal
from uuid import UUID

import msgspec

from leastwise.sandbox.identifiers import Identifiers
from leastwise.sandbox.refusals import no_such_entity

__all__ = ["Granularity", "Job", "JobBoard"]

Granularity = Literal["SERVICE_LEVEL", "ACTION_LEVEL"]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job with its frozen answer."""

    id: str
    """36 characters."""
    owner: str
    """The session that asked: a user's ARN, or the access key of a role's session."""
    granularity: Granularity
    """What was asked for."""
    created_at: datetime
    """When it was asked for."""
    ready_at: datetime
    """When the answer can be had."""
    rows: tuple[str, ...]
    """The services as XML, by namespace."""
    entities: Mapping[str, Mapping[str, datetime | None]]
    """By namespace: unique id of each user or role, and when it last used the service, most recent first."""
    failed: bool = False
    """Whether it ends FAILED."""


class JobBoard:
    """Keeps every job of an account; a job is there for the session that asked for it and for no other."""

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()

    def next_id(self) -> str:
        """An id for a new job."""
        with self._lock:
            return str(UUID(bytes=self._identifiers.digest("job", "")[:16], version=4))

    def add(self, job: Job) -> None:
        """Keep a job."""
        with self._lock:
            self._jobs[job.id] = job

    def find(self, job_id: str, *, session: str) -> Job:
        """The session's job.

        Raises:
            Refusal: there is none of that id, or another session asked for it.
        """
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None or job.owner != session:
            raise no_such_entity(f"Job {job_id} does not exist.")
        return job
