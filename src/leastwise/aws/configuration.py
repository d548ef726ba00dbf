"""What botocore makes of the user's environment and files: credentials, endpoints, proxies and certificates.

Nothing of botocore's chain is rebuilt here. Reading it costs about 0.2 s of CPU, once a run.
"""

import os
import ssl
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from botocore.client import BaseClient
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
    RefreshableCredentials,
)
from botocore.httpsession import ProxyConfiguration, get_cert_path
from botocore.session import Session
from botocore.utils import get_environ_proxies
from msgspec import Struct

from leastwise import __version__
from leastwise.aws.botocore_errors import botocore_errors
from leastwise.aws.credentials import KeyRing
from leastwise.aws.endpoints import SERVICES, resolve_endpoint
from leastwise.aws.options import ConnectionOptions
from leastwise.aws.wire import Endpoint, Keys
from leastwise.errors import CredentialsError

__all__ = ["Configuration", "read_configuration", "read_region"]


_ROLE_SESSION_NAME: Final = "leastwise"
"""How CloudTrail names a session of a role that was assumed."""


class Configuration(Struct, frozen=True, kw_only=True):
    """All that is needed to call an account."""

    endpoints: Mapping[str, Endpoint]
    """Endpoint by service."""
    proxies: Mapping[str, str]
    """Proxy by the URL that is called through it."""
    trust: ssl.SSLContext | None
    """Whose certificates are trusted; `None` where no call is by TLS."""
    keys: Keys
    """The keys of the moment."""
    ring: KeyRing
    """The credentials, which may refresh themselves."""
    load: Callable[[], KeyRing]
    """Loads the credentials anew, as after a login."""
    login_hint: str
    """How the user logs in again; empty where that is not known."""


def read_configuration(options: ConnectionOptions, services: Iterable[str] = SERVICES) -> Configuration:
    """What botocore makes of the environment, the configuration files and these options; blocks, and may prompt.

    `services` are those that will be called, as policies name them.

    Raises:
        UsageError: no such region, none for a service that needs one, or an endpoint URL that is none.
        CredentialsError: no such profile, no credentials, a login that has ended, a broken configuration file, or
            certificates that cannot be read.
        ConnectionFailedError: the credentials' source could not be reached.
    """
    with botocore_errors(login_hint=""):
        session = _open_session(options)
        login_hint = _login_hint(session)
    with botocore_errors(login_hint=login_hint):
        endpoints = {service: resolve_endpoint(session, service, options) for service in services}
        ring = _load_ring(session, login_hint, options)
        return Configuration(
            endpoints=endpoints,
            proxies=_read_proxies([endpoint.url for endpoint in endpoints.values()]),
            trust=_read_trust(session, endpoints),
            keys=ring.read(),
            ring=ring,
            load=lambda: _load_anew(options),
            login_hint=login_hint,
        )


def read_region(options: ConnectionOptions) -> str | None:
    """The region of the options, the environment or the profile; None if none says one. Looks for no credentials.

    Raises:
        UsageError: no partition has such a region.
        CredentialsError: no such profile, or a broken configuration file.
    """
    with botocore_errors(login_hint=""):
        region = options.region or _open_session(options).get_config_variable("region")
        return None if region is None else str(region)


class _BotocoreRing:
    """botocore's credentials as a key ring."""

    def __init__(self, credentials: Credentials, *, login_hint: str) -> None:
        self._credentials = credentials
        self._login_hint = login_hint

    def is_refresh_due(self) -> bool:
        return isinstance(self._credentials, RefreshableCredentials) and self._credentials.refresh_needed()

    def read(self) -> Keys:
        with botocore_errors(login_hint=self._login_hint):
            frozen = self._credentials.get_frozen_credentials()
        return Keys(frozen.access_key or "", frozen.secret_key or "", frozen.token)


def _open_session(options: ConnectionOptions) -> Session:
    session = Session(profile=options.profile)
    session.user_agent_name = "leastwise"
    session.user_agent_version = __version__
    session.get_scoped_config()  # Says now that a profile is not there, or that a file cannot be parsed.
    region = options.region or session.get_config_variable("region")
    if region and not options.endpoint_url:
        session.get_partition_for_region(region)  # Says now that no partition has such a region.
    return session


def _load_anew(options: ConnectionOptions) -> KeyRing:
    with botocore_errors(login_hint=""):
        session = _open_session(options)
        login_hint = _login_hint(session)
    with botocore_errors(login_hint=login_hint):
        return _load_ring(session, login_hint, options)


def _load_ring(session: Session, login_hint: str, options: ConnectionOptions) -> KeyRing:
    credentials = session.get_credentials()
    if credentials is None:
        raise _missing(session.profile)
    if options.role_arn is not None:
        credentials = _assumed(session, credentials, options, role_arn=options.role_arn)
    return _BotocoreRing(credentials, login_hint=login_hint)


def _assumed(session: Session, source: Credentials, options: ConnectionOptions, *, role_arn: str) -> Credentials:
    """The role's credentials, which are had when they are first read, and anew before they expire."""

    def create_client(service: str, **parameters: Any) -> BaseClient:  # noqa: ANN401 - botocore's own parameters
        reached: dict[str, Any] = {"region_name": options.region, "endpoint_url": options.endpoint_url, **parameters}
        return session.create_client(service, **reached)

    fetcher = AssumeRoleCredentialFetcher(
        create_client, source, role_arn, extra_args={"RoleSessionName": _ROLE_SESSION_NAME}
    )
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def _missing(profile: str | None) -> CredentialsError:
    # As with the AWS command line, keys in the environment do not count where a profile is named.
    where = f"profile {profile}" if profile else "the environment, the configuration files or the instance"
    hint = "run `aws configure` or `aws sso login`, or set AWS_PROFILE; `leastwise demo` needs no credentials"
    return CredentialsError(f"no AWS credentials found in {where}", hint=hint)


def _read_proxies(urls: list[str]) -> dict[str, str]:
    proxies = {url: ProxyConfiguration(get_environ_proxies(url)).proxy_url_for(url) for url in urls}
    return {url: proxy for url, proxy in proxies.items() if proxy}


def _read_trust(session: Session, endpoints: Mapping[str, Endpoint]) -> ssl.SSLContext | None:
    if not any(endpoint.url.startswith("https:") for endpoint in endpoints.values()):
        return None
    named = session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
    path = Path(str(named or get_cert_path(True)))
    try:
        return ssl.create_default_context(capath=path) if path.is_dir() else ssl.create_default_context(cafile=path)
    except OSError as error:
        message = f"the certificates in {path} cannot be read: {error.strerror or error}"
        raise CredentialsError(message, hint="check AWS_CA_BUNDLE and the profile's ca_bundle") from error


def _login_hint(session: Session) -> str:
    """How the user logs in again, if the profile, or one that it draws on, needs an interactive login; else empty."""
    profiles = session.full_config.get("profiles", {})
    name, seen = session.profile or "default", set[str]()
    while name in profiles and name not in seen:
        seen.add(name)
        profile = profiles[name]
        if "sso_session" in profile or "sso_start_url" in profile:
            return f"run `aws sso login --profile {name}`"
        if "login_session" in profile:
            return f"run `aws login --profile {name}`"
        name = profile.get("source_profile", "")
    return ""
