"""How to reach AWS: what a user says of the connection, with safe defaults."""

from msgspec import Struct

__all__ = ["ConnectionOptions"]


class ConnectionOptions(Struct, frozen=True, kw_only=True):
    """How to reach one account; what is `None` is left to botocore's own chain (environment, profile, instance)."""

    profile: str | None = None
    """Profile of the AWS configuration files; `None` for AWS_PROFILE or the default one."""
    region: str | None = None
    """Region that decides the partition and the STS endpoint; `None` for the environment's or the profile's."""
    endpoint_url: str | None = None
    """Where every call goes instead of to AWS, e.g. a sandbox; `None` for AWS_ENDPOINT_URL and its kin."""
    role_arn: str | None = None
    """Role that is assumed with the credentials found, and calls in their place; `None` for none."""
    calls_per_second: float = 20.0
    """Rate that the account's limiter starts at; it climbs from here until AWS throttles."""
    maximum_calls_per_second: float = 250.0
    """Rate that the limiter never exceeds."""
    maximum_attempts: int = 8
    """How often one call is sent at most, the first time included."""
    deadline_seconds: float = 60.0
    """Time one call may take with all its retries, counted from its first sending; waiting in line is not counted."""
    connect_seconds: float = 5.0
    """Time one connection may take to open."""
    read_seconds: float = 30.0
    """Time AWS may stay silent within one answer."""
    maximum_connections: int = 100
    """Connections open to AWS at once; calls beyond it wait for one."""
