"""botocore's errors, on the way to credentials and endpoints, into ours: one clear line and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions

from leastwise.errors import AwsError, ConnectionFailedError, CredentialsError, LeastwiseError, UsageError

__all__ = ["botocore_errors"]

_USAGE: tuple[type[Exception], ...] = (
    exceptions.InvalidEndpointConfigurationError,
    exceptions.InvalidRegionError,
    exceptions.UnknownRegionError,
    exceptions.BaseEndpointResolverError,
    exceptions.EndpointProviderError,
)
_LOGIN: tuple[type[Exception], ...] = (
    exceptions.SSOError,
    exceptions.LoginError,
    exceptions.TokenRetrievalError,
    exceptions.NoAuthTokenError,
)
_CONNECTION: tuple[type[Exception], ...] = (exceptions.ConnectionError, exceptions.HTTPClientError)

_REGION_HINT = "give a region that AWS has, e.g. --region eu-central-1, or AWS_REGION, or one in the profile"
_NETWORK_HINT = "check the network, HTTPS_PROXY and AWS_CA_BUNDLE"
_HINTS: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.ProfileNotFound, "`aws configure list-profiles` shows the profiles there are"),
    (exceptions.ConfigParseError, "correct the file; it is in INI format"),
    (exceptions.ConfigNotFound, "check AWS_CONFIG_FILE"),
    (exceptions.PartialCredentialsError, "give both the access key and its secret"),
    (exceptions.RefreshWithMFAUnsupportedError, "start again and give a new MFA code"),
)
_CREDENTIALS_HINT = "run `aws configure` or `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID"


@contextmanager
def botocore_errors(*, login_hint: str) -> Iterator[None]:
    """Turns what botocore raises within into our errors; `login_hint` says how the user logs in, where that is known.

    Raises:
        UsageError: no such region, or an endpoint that is none.
        CredentialsError: no profile, no credentials, a login that has ended, a broken configuration file.
        ConnectionFailedError: the credentials' source could not be reached.
    """
    try:
        yield
    except exceptions.BotoCoreError as error:
        raise _translate(error, login_hint) from error
    except exceptions.ClientError as error:
        raise _refused(error, login_hint) from error


def _translate(error: exceptions.BotoCoreError, login_hint: str) -> LeastwiseError:
    message = " ".join(str(error).split())
    if isinstance(error, _USAGE):
        return UsageError(message, hint=_REGION_HINT)
    if isinstance(error, _CONNECTION):
        return ConnectionFailedError(message, hint=_NETWORK_HINT)
    if isinstance(error, _LOGIN):
        return CredentialsError(message, hint=login_hint or "run `aws sso login`")
    hint = next((hint for kind, hint in _HINTS if isinstance(error, kind)), login_hint or _CREDENTIALS_HINT)
    return CredentialsError(message, hint=hint)


def _refused(error: exceptions.ClientError, login_hint: str) -> AwsError:
    details = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    return CredentialsError(
        f"the credentials' source refused {error.operation_name}: {details.get('Message', '')}",
        code=details.get("Code", ""),
        status=metadata.get("HTTPStatusCode", 0),
        request_id=metadata.get("RequestId", ""),
        hint=login_hint or _CREDENTIALS_HINT,
    )
