"""The test VM: gcloud runs what it is given in a shell, and its curl meets a server that answers and logs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from standin.cloud import Cloud
from tests.live.logs import balanced, flow, run

TOKEN = "eyJh.bGci-Oi_J9"
# What the shell of the account on the VM does with --command, the last word.
RUN = 'for last; do :; done; sh -c "${last#--command=}"'
_PROGRAM = """#!/bin/sh
printf '%s\\n' "$*" >> {folder}/{name}.words
{body}
"""


class Vm:
    """A folder for PATH with a gcloud and a curl, and what they lead to. `answers` are statuses, the last for ever."""

    def __init__(self, folder: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.cloud = folder, cloud
        self.answers: list[int] = [200]
        self.token: str | None = TOKEN
        self.logs = {"run", "balanced", "flow"}
        self.seen: list[dict[str, str]] = []
        self.later: list[tuple[str, Callable[[], None]]] = []  # entries that come when they are let
        folder.mkdir(parents=True)
        (home := folder / "home" / ".ssh").mkdir(parents=True)
        (home / "google_compute_engine").write_text("a key")
        monkeypatch.setenv("HOME", str(home.parent))
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        self.server = _served(self)
        curl = shutil.which("curl")
        if curl is None:
            pytest.skip("there is no curl")
        self.program("gcloud", RUN)
        self.program("curl", f'exec {curl} "$@" --connect-to ::127.0.0.1:{self.server.server_port}')

    def program(self, name: str, body: str) -> None:
        """Make what a name on PATH starts."""
        file = self.folder / name
        file.write_text(_PROGRAM.format(folder=self.folder, name=name, body=body))
        file.chmod(0o755)

    def words(self, name: str) -> list[str]:
        """With which words a program was started, each time."""
        file = self.folder / f"{name}.words"
        return file.read_text().splitlines() if file.exists() else []

    def close(self) -> None:
        """Nobody is answered any more."""
        self.server.shutdown()
        self.server.server_close()

    def log(self, status: int, agent: str, port: int) -> None:
        """What Google writes of a request."""
        now = datetime.now(UTC)
        entries: dict[str, Callable[[], None]] = {
            "run": lambda: run(self.cloud, now, status=status, agent=agent),
            "balanced": lambda: balanced(self.cloud, now, status=status, agent=agent),
            "flow": lambda: flow(self.cloud, now - timedelta(seconds=2), now + timedelta(seconds=3), port=port,
                                 source="127.0.0.1"),
        }  # fmt: skip
        for name, write in entries.items():
            if name in self.logs:
                write()
            else:
                self.later.append((name, write))

    def let(self, name: str) -> None:
        """What was to come later in one log comes now."""
        for other, write in self.later:
            if other == name:
                write()
        self.later = [one for one in self.later if one[0] != name]


def _served(vm: Vm) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if "computeMetadata" in self.path:
                self._answer(200 if vm.token is not None else 404, vm.token or "")
                return
            vm.seen.append({"path": self.path} | {key.lower(): value for key, value in self.headers.items()})
            status = vm.answers[min(len(vm.seen), len(vm.answers)) - 1]
            vm.log(status, self.headers["User-Agent"], self.client_address[1])
            self._answer(status, "the page")

        def _answer(self, status: int, text: str) -> None:
            if status == 0:
                return  # the connection ends without a word
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server
