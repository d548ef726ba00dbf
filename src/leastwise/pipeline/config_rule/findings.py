"""What a rule found, sent to Security Hub besides."""

from collections.abc import Sequence

from leastwise import __version__
from leastwise.aws import ConnectionOptions, region_of
from leastwise.clock import Clock
from leastwise.findings import Scan
from leastwise.pipeline.security_hub import send_to_security_hub
from leastwise.report import document_of

__all__ = ["sent_findings"]


async def sent_findings(scan: Scan, options: ConnectionOptions, *, clock: Clock, is_whole: bool) -> Sequence[str]:
    """What went wrong in sending the findings, a sentence each; nothing where all is well.

    Raises:
        UsageError: no region is configured.
        CredentialsError: there are no credentials.
    """
    region = region_of(options, purpose="the parameter securityHub")
    sent = await send_to_security_hub(
        document_of(scan, version=__version__), options, region=region, clock=clock, is_whole=is_whole
    )
    problems = [f"Security Hub did not take {one.id}: {one.code}: {one.message}" for one in sent.failed]
    return problems if sent.error is None else [*problems, f"Security Hub in {region}: {sent.error}"]
