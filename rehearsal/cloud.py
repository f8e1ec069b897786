"""The stand-in as a process of its own: started for a rehearsal, asked what exists, and gone with it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from functools import cached_property
from pathlib import Path
from typing import Self

from deployment.existing import Granted
from deployment.values import Json
from standin import environment


class CloudError(Exception):
    """The stand-in does not start or does not answer."""


class RehearsalCloud:
    """A stand-in. It ends with this process, whatever becomes of that, unless `keep` was called."""

    def __init__(self, checkout: Path, log: Path) -> None:
        """Start it on a free port of loopback; `log` gets a line per request."""
        command = [sys.executable, "-s", "-m", "standin", "--port", "0", "--log", str(log), "--until-stdin-closes"]
        self._process = subprocess.Popen(
            command,
            cwd=checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for us: Terraform still needs the cloud while it stops
        )
        self._kept = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._kept:
            self.stop()

    @cached_property
    def url(self) -> str:
        """Its address, as soon as it is up.

        Raises:
            CloudError: when it does not come up; the message is its own.
        """
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        url = self._process.stdout.readline().strip()
        if not url:
            raise CloudError(self._process.stderr.read().strip() or "the stand-in did not start")
        return url

    @property
    def process_id(self) -> int:
        """What `kill` wants to end a kept one."""
        return self._process.pid

    @property
    def endpoints(self) -> dict[str, str]:
        """The variables that point every product's client at it."""
        return environment(self.url)

    def state(self) -> Json:
        """Everything that exists."""
        return self.call("GET", "/_standin/state")

    def make_bucket(self, name: str) -> None:
        """A state bucket, which in the real cloud exists before the first deployment."""
        self.call("POST", "/storage/v1/b?project=rehearsal-project", {"name": name})

    def make_project(self, number: str) -> None:
        """A project of which only the number is known, with Compute Engine enabled."""
        self.call("POST", "/_standin/project", {"number": number})

    def make_existing(self, granted: Granted) -> None:
        """What others have made, and share with our projects."""
        shared = [list(pair) for pair in sorted(granted.shared)]
        self.call(
            "POST",
            "/_standin/existing",
            {
                "resources": granted.resources,
                "services": granted.services,
                "certificates": granted.certificates,
                "zones": granted.zones,
                "secrets": granted.secrets,
                "shared": shared,
            },
        )

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """One request, JSON in and out.

        Raises:
            CloudError: when it is refused or nothing answers.
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=data, method=method, headers=headers)  # noqa: S310
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                content: Json = json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise CloudError(f"the stand-in refuses {method} {path}: {error.read().decode()}") from error
        except OSError as error:
            raise CloudError(f"the stand-in does not answer {method} {path}: {error}") from error
        return content

    def keep(self) -> None:
        """Let it run on after this process."""
        self.call("POST", "/_standin/stay")
        self._process.stdout = self._process.stderr = None
        self._kept = True

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
