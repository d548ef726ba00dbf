"""Where botocore would send a call, and for which region and service it would sign it.

A botocore client of each service is asked for the request it would send, and is stopped by botocore's own `before-call`
event before it sends it. So partitions, FIPS, AWS_ENDPOINT_URL_IAM and the profile's `services` section come out as
they do for the AWS command line. The first client costs about 0.15 s of CPU, the second 0.01 s.
"""

from typing import Protocol

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders
from botocore.session import Session
from msgspec import Struct, convert

from leastwise.aws.options import ConnectionOptions
from leastwise.aws.wire import Endpoint
from leastwise.errors import UsageError

__all__ = ["SERVICES", "resolve_endpoint"]

SERVICES = ("iam", "sts")
"""The services that a scan calls."""
_CLIENTS = {"access-analyzer": "accessanalyzer"}
"""botocore's name of a service that policies name otherwise."""
_QUESTIONS = {
    "access-analyzer": "list_analyzers",
    "cloudtrail": "describe_trails",
    "config": "describe_config_rules",
    "iam": "get_account_summary",
    "securityhub": "describe_hub",
    "sts": "get_caller_identity",
}
"""For each service a method of botocore's client that needs no parameters."""
_PATHS = {"access-analyzer": "/analyzer", "securityhub": "/accounts"}
"""What the question adds to the URL of a service that speaks REST."""
_GLOBAL_REGION = "us-east-1"
"""Region that an endpoint of the user's own is signed for where no region is given; IAM's own in partition `aws`."""
_URL_HINT = "an endpoint URL begins with http:// or https:// and a host"


class _Signing(Struct, frozen=True):
    region: str | None = None
    signing_name: str | None = None


class _Request(Struct, frozen=True):
    url: str
    headers: dict[str, str]


class _Signer(Protocol):
    @property
    def region_name(self) -> str | None: ...
    @property
    def signing_name(self) -> str: ...


def resolve_endpoint(session: Session, service: str, options: ConnectionOptions) -> Endpoint:
    """Where a service is called, by its name in policies.

    Raises:
        UsageError: the endpoint URL is none.
        botocore.exceptions.BotoCoreError: botocore can resolve none.
    """
    client = _create_client(session, service, options)
    resolved: list[Endpoint] = []

    def intercept(  # botocore passes more than these, all by keyword.
        *, params: dict[str, object], request_signer: _Signer, context: dict[str, object], **_: object
    ) -> tuple[AWSResponse, dict[str, str]]:
        url = str(params["url"]).removesuffix(_PATHS.get(service, ""))
        request = _Request(url=url, headers=_texts(params["headers"]))
        signing = convert(context.get("signing") or {}, _Signing)
        resolved.append(_describe(client, request, signing, request_signer))
        return AWSResponse(request.url, 200, HTTPHeaders(), None), {}

    # The stubs know only handlers without an answer; this event takes one in place of a call.
    client.meta.events.register_first("before-call", intercept)  # type: ignore[arg-type] # see above
    getattr(client, _QUESTIONS[service])()
    return resolved[0]


def _create_client(session: Session, service: str, options: ConnectionOptions) -> BaseClient:
    try:
        # The keys are never used: where any are given, botocore leaves its own chain of credentials alone.
        return session.create_client(
            _CLIENTS.get(service, service),
            region_name=options.region,
            endpoint_url=options.endpoint_url,
            aws_access_key_id="none",
            aws_secret_access_key="none",  # noqa: S106 - no secret, see above
        )
    except ValueError as error:
        raise UsageError(str(error), hint=_URL_HINT) from error


def _describe(client: BaseClient, request: _Request, signing: _Signing, signer: _Signer) -> Endpoint:
    if not request.url.startswith(("http://", "https://")):
        raise UsageError(f"{request.url} is no endpoint URL", hint=_URL_HINT)
    return Endpoint(
        url=request.url,
        region=signing.region or signer.region_name or _GLOBAL_REGION,
        signing_name=signing.signing_name or signer.signing_name,
        api_version=client.meta.service_model.api_version,
        headers=tuple(request.headers.items()),
    )


def _texts(headers: object) -> dict[str, str]:
    return {str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
