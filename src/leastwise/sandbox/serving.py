"""A small HTTP/1.1 server for a WSGI application, with connections that stay open.

Werkzeug's own server closes each connection after one answer, which costs a client that keeps them a new one each time.
"""

import logging
import socket
from collections.abc import Iterable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Lock, Thread
from typing import Any
from urllib.parse import unquote

from leastwise.errors import SandboxError
from leastwise.sandbox.faults import DroppedConnectionError
from leastwise.sandbox.traffic import Environ, WsgiApplication

__all__ = ["Server"]

_log = logging.getLogger(__name__)

_BACKLOG = 512
_NO_BODY = frozenset({204, 304})


class Server:
    """Serves a WSGI application on 127.0.0.1, each connection in a thread of its own."""

    def __init__(self, application: WsgiApplication, *, port: int) -> None:
        try:
            self._server = _HttpServer(("127.0.0.1", port), _Handler)
        except OSError as error:
            hint = "Choose another with --port, or 0 for a free one."
            raise SandboxError(f"port {port} of 127.0.0.1 cannot be had: {error.strerror}", hint=hint) from error
        self._server.application = application
        self.port: int = self._server.server_port
        """The port it listens on."""
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="sandbox")
        self._thread.start()

    def close(self) -> None:
        """Stop listening and close every connection."""
        self._server.shutdown()
        self._server.server_close()
        self._server.close_connections()
        self._thread.join()


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = _BACKLOG
    application: WsgiApplication

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own types
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the same
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self._lock:
            open_connections = list(self._connections)
        for connection in open_connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                _log.debug("a connection was closed by the other side first")

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the same
        del request
        _log.debug("connection from %s broke", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _HttpServer

    def do_any(self) -> None:
        """Answer one request."""
        answer = _Answer()
        try:
            chunks = self.server.application(self._environ(), answer.start)
            body = b"".join(chunks)
        except DroppedConnectionError:
            self.close_connection = True
            return
        except Exception:  # noqa: BLE001 - the server's last line: a mistake of moto must not end the connection without an answer
            _log.exception("the sandbox failed at %s %s", self.command, self.path)
            answer.start("500 Internal Server Error", [("Content-Type", "text/plain")])
            body = b"the sandbox failed; its log says how"
        self._send(answer, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_any  # noqa: N815 - http.server's names

    def handle_expect_100(self) -> bool:
        """Say at once that the body may come: whoever waits for that waits a second."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def _send(self, answer: "_Answer", body: bytes) -> None:
        self.send_response_only(answer.status, answer.reason)
        names = {name.lower() for name, _ in answer.headers}
        for name, value in answer.headers:
            self.send_header(name, value)
        if "date" not in names:
            self.send_header("Date", formatdate(usegmt=True))
        if "content-length" not in names and answer.status not in _NO_BODY:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in _NO_BODY:
            self.wfile.write(body)
        self.wfile.flush()

    def _environ(self) -> Environ:
        path, _, query = self.path.partition("?")
        environ: Environ = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self._body()),
            "wsgi.input_terminated": True,
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": self.path,
            "REQUEST_URI": self.path,
            "REMOTE_ADDR": self.client_address[0],
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
        }
        environ.update(self._header_entries())
        return environ

    def _header_entries(self) -> Iterable[tuple[str, str]]:
        entries: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
            entries[key] = f"{entries[key]},{value}" if key in entries else value
        return entries.items()

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
        _log.debug(format, *args)


class _Answer:
    def __init__(self) -> None:
        self.status = 500
        self.reason = ""
        self.headers: list[tuple[str, str]] = []

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        del exc_info
        code, _, self.reason = status.partition(" ")
        self.status, self.headers = int(code), headers
