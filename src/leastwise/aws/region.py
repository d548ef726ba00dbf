"""The region in which a regional service is called."""

from leastwise.aws.options import ConnectionOptions
from leastwise.errors import UsageError

__all__ = ["region_of"]


def region_of(options: ConnectionOptions, *, purpose: str) -> str:
    """The region of the options, or of the environment or the profile; `purpose` is what the error says needs one.

    Raises:
        UsageError: none is configured, or there is none of this name.
        CredentialsError: no such profile, or a broken configuration file.
    """
    # botocore costs a third of a second of CPU, which only what needs a region should pay.
    from leastwise.aws.configuration import read_region  # noqa: PLC0415 - see above

    region = read_region(options)
    if not region:
        hint = "use --region eu-central-1, say, or set AWS_DEFAULT_REGION or the profile's region"
        raise UsageError(f"{purpose} needs a region, and none is configured", hint=hint)
    return region
