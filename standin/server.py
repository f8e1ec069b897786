"""The HTTP server around the simulated cloud: an ordinary one, on loopback only."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import IO

from standin import introspection, router
from standin.apis import secret_manager
from standin.cloud import Cloud
from standin.message import Json

# Bodies in the log are cut here; a whole run stays readable.
_LOGGED = 2000


class Standin:
    """The stand-in: `with Standin(projects={"my-project": "123456789012"}) as standin: … standin.url`.

    Port 0 takes a free one. `log` is a file that gets one line per request. Raises DiscoveryMissingError without
    Google's API descriptions, OSError when the port is taken.
    """

    def __init__(
        self,
        projects: Mapping[str, str] | None = None,
        *,
        port: int = 0,
        log: Path | None = None,
        operation_seconds: float = 0.0,
        cloud: Cloud | None = None,
    ) -> None:
        self.cloud = cloud or Cloud(projects, operation_seconds=operation_seconds)
        self._wanted_port = port
        self._log_path = log
        self._log: IO[str] | None = None
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address of the running server, without a slash at its end."""
        if self._server is None:
            raise RuntimeError("the stand-in is not running: call start() first")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Standin:
        """Listen and answer in the background."""
        introspection.ready()
        if self._log_path:
            self._log = self._log_path.open("a", encoding="utf-8", buffering=1)
        standin = self

        class Handler(_Handler):
            owner = standin

        self._server = ThreadingHTTPServer(("127.0.0.1", self._wanted_port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening. What exists stays to be looked at."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        if self._log:
            self._log.close()
            self._log = None

    def state(self) -> Json:
        """Everything that exists, as plain JSON (docs: GET /_standin/state)."""
        return introspection.state(self.cloud)

    def log(self, line: str) -> None:
        """Write one line to the log, if there is one."""
        if self._log:
            self._log.write(line + "\n")

    def __enter__(self) -> Standin:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, has it answered, writes and logs the answer."""

    owner: Standin
    protocol_version = "HTTP/1.1"
    # Without this every small answer waits for the other side's delayed acknowledgement, 40 ms each.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on stderr: requests go to the log file."""

    def _answer(self) -> None:
        content = self._content()
        if self.path.startswith("/_standin/"):
            answered = introspection.answer(self.owner.cloud, self.command, self.path, content)
        else:
            answered = router.answer(self.owner.cloud, self.command, self.path, content, dict(self.headers.items()))
            self._log(content, answered)
        data = answered.content if answered.content is not None else json.dumps(answered.body).encode()
        self.send_response(answered.code)
        for name, value in ({"Content-Type": "application/json; charset=UTF-8"} | dict(answered.headers)).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _content(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length else b""

    def _chunks(self) -> Iterator[bytes]:
        """Uploads come without a length: https://www.rfc-editor.org/rfc/rfc9112#section-7.1."""
        while size := int(self.rfile.readline().partition(b";")[0].strip() or b"0", 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _log(self, content: bytes, answered: router.Answer) -> None:
        sent = " ".join(content.decode("utf-8", "replace").split())[:_LOGGED]
        given = json.dumps(answered.body)[:_LOGGED] if answered.content is None else f"{len(answered.content)} bytes"
        if secret_manager.shows_contents(self.path) or b"PRIVATE KEY-----" in content:
            sent = given = "(a secret's contents)"
        self.owner.log(f"{self.command} {self.path} {sent} -> {answered.code} {given}")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def do_CONNECT(self) -> None:
        """A client that takes this server for its proxy wanted to leave the machine: refused and remembered."""
        self.owner.cloud.note("left", self.path)
        self.owner.log(f"CONNECT {self.path} -> 403")
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()
