"""HTTP by aiohttp: one POST, its answer, and the ways in which none comes."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from leastwise.aws.options import ConnectionOptions
from leastwise.aws.wire import Answer, FailureKind, SignedRequest, TransportError

__all__ = ["HttpTransport", "open_transport"]

_PROXY_AUTHENTICATION_REQUIRED = 407
_CERTIFICATE_HINT = "if a proxy re-signs TLS, name its certificates in AWS_CA_BUNDLE or in the profile's ca_bundle"


class HttpTransport:
    """Sends requests over a pool of connections."""

    def __init__(
        self, session: aiohttp.ClientSession, *, proxies: Mapping[str, str], options: ConnectionOptions
    ) -> None:
        self._session = session
        self._proxies = {URL(url).origin(): proxy for url, proxy in proxies.items()}
        self._options = options

    async def post(self, request: SignedRequest, *, seconds: float) -> Answer:
        """The answer to a request, whatever its status.

        Raises:
            TransportError: no whole answer came within `seconds`.
        """
        try:
            return await self._post(request, seconds)
        except TimeoutError as error:
            raise TransportError(FailureKind.TIMED_OUT, f"no answer in {seconds:.0f} s") from error
        except aiohttp.ClientSSLError as error:
            raise TransportError(FailureKind.FINAL, _first_line(error), hint=_CERTIFICATE_HINT) from error
        except aiohttp.ClientHttpProxyError as error:
            raise _proxy_error(error) from error
        except aiohttp.ClientConnectorError as error:
            raise TransportError(FailureKind.UNREACHABLE, _first_line(error), hint=_reach_hint(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            message = f"the connection was dropped: {_first_line(error) or type(error).__name__}"
            raise TransportError(FailureKind.DROPPED, message) from error

    async def _post(self, request: SignedRequest, seconds: float) -> Answer:
        url = URL(request.url, encoded=True)
        async with self._session.post(
            url,
            data=request.body,
            headers=request.headers,
            proxy=self._proxies.get(url.origin()),
            allow_redirects=False,
            timeout=self._timeout(seconds),
        ) as response:
            return Answer(
                status=response.status,
                body=await response.read(),
                request_id=response.headers.get("x-amzn-RequestId", ""),
                date=response.headers.get("Date", ""),
                error_type=response.headers.get("x-amzn-ErrorType", ""),
            )

    def _timeout(self, seconds: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=seconds, sock_connect=self._options.connect_seconds, sock_read=self._options.read_seconds
        )


@asynccontextmanager
async def open_transport(
    options: ConnectionOptions, *, proxies: Mapping[str, str], trust: ssl.SSLContext | None
) -> AsyncIterator[HttpTransport]:
    """A transport for as long as the context lasts; without `trust`, TLS trusts what the system does."""
    connector = aiohttp.TCPConnector(limit=options.maximum_connections, ssl=trust or True, ttl_dns_cache=300)
    # What could make a request differ from the signed one, or cost time to unpack, is switched off.
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "identity"},
        skip_auto_headers={"Accept"},
        trust_env=False,
    ) as session:
        yield HttpTransport(session, proxies=proxies, options=options)


def _proxy_error(error: aiohttp.ClientHttpProxyError) -> TransportError:
    if error.status == _PROXY_AUTHENTICATION_REQUIRED:
        hint = "put the user and password of the proxy into HTTPS_PROXY"
        return TransportError(FailureKind.FINAL, "the proxy wants a user and a password", hint=hint)
    return TransportError(FailureKind.DROPPED, f"the proxy answered {error.status} {error.message}")


def _reach_hint(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    return "check the network, the region and the endpoint URL"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
