"""jsii's kernel in a Node process of ours: started before Python has imported anything, and without the second process.

jsii starts a Node that starts another one and copies every message between the two; here the inner one is started
directly, on a socket as its file descriptor 3, with the three assemblies to load already written into it. What the
kernel's program writes to standard output and error goes where Python's own goes.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
from collections.abc import Sequence
from importlib import resources, util
from pathlib import Path
from typing import Any

from cdktf_fast_synthesis.cache import put
from cdktf_fast_synthesis.fitting import Cdk, UnfitError
from cdktf_fast_synthesis.package_cache import root
from cdktf_fast_synthesis.packages import Package

# The caller's own choices for jsii that only its own start honours.
_OWN_CHOICES = ("JSII_RUNTIME", "JSII_DEBUG", "JSII_DEBUG_TIMING", "JSII_RECORD", "JSII_VALIDATE_ASSEMBLIES",
                "JSII_HOST_STACK_TRACES")  # fmt: skip
_PROGRAM, _WORKER = "program.js", "runtime-index-worker.js"
_CHANNEL = 3  # the descriptor that jsii's program reads and writes


class KernelEndedError(RuntimeError):
    """The kernel is gone: somebody has ended it, or there was too little memory for it."""

    def __init__(self, reason: str = "") -> None:
        """Say so, with the system's reason if there is one."""
        super().__init__("jsii's kernel has ended unexpectedly" + (f" ({reason})" if reason else ""))


class KernelProcess:
    """A running kernel: one line of JSON out, one line back. `greeted`: it has answered, so that Node has started."""

    def __init__(self, cache: Path, packages: Sequence[tuple[Package, Path]], version: str, cdk: Cdk) -> None:
        """Start it, and have it load `packages`, each with the file to hand to jsii as its tarball.

        `version` is jsii's, `cdk` the package that the app uses.

        Raises:
            UnfitError: when it cannot be started here.
        """
        chosen = [name for name in _OWN_CHOICES if os.environ.get(name)]
        if chosen:
            raise UnfitError(f"{chosen[0]} is set")
        if os.environ.get("JSII_RUNTIME_PACKAGE_CACHE", "enabled").lower() != "enabled":
            raise UnfitError("JSII_RUNTIME_PACKAGE_CACHE switches its cache off")
        node = shutil.which(os.environ.get("JSII_NODE") or "node")
        if node is None:
            raise UnfitError("there is no Node; set JSII_NODE")
        self._version, self.cdk = version, cdk
        self._expected = [(package.name, package.version) for package, _ in packages]
        self._loading = {(package.name, package.version): package.tarball for package, _ in packages}
        self._socket = self._start(node, _program(cache, version), cache)
        self._answers = self._socket.makefile("rb", buffering=1 << 16)
        self.greeted = False
        for package, file in packages:
            load = {"api": "load", "name": package.name, "version": package.version, "tarball": str(file)}
            self._write(json.dumps(load).encode())
        atexit.register(self.stop)

    def _start(self, node: str, program: Path, cache: Path) -> socket.socket:
        environment = dict(os.environ)
        environment["JSII_AGENT"] = f"cdktf_fast_synthesis on jsii {self._version}"
        environment["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(root(cache))
        environment["CLOUDRUN_PSC_COMPILE_CACHE"] = str(cache / "node")
        environment["CLOUDRUN_PSC_CDK"] = self.cdk.module
        # The options are those of jsii's own start.
        command = [node, "--max-old-space-size=4069", "--preserve-symlinks", "--require", _preload(), str(program)]
        ours, theirs = socket.socketpair()
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            actions = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, theirs.fileno(), _CHANNEL)]
            self.pid = os.posix_spawn(node, command, environment, file_actions=actions)
        except OSError as error:
            ours.close()
            raise UnfitError(f"Node cannot be started: {error}") from error
        finally:
            theirs.close()
            os.close(nothing)
        return ours

    def loaded(self, name: str, version: str, tarball: str) -> bool:
        """Whether this very assembly is one of those that the kernel was told to load at its start.

        Raises:
            UnfitError: when the kernel could not load it.
            KernelEndedError: when the kernel is gone.
        """
        key = (name, version)
        expected = self._loading.get(key)
        if expected is None or not Path(tarball).samefile(expected):
            return False
        while key in self._expected:
            awaited = self._expected[0]
            answer = self._read()
            if "ok" not in answer:
                # Its first line: what follows is a trace of Node's.
                reason = str(answer.get("error")).strip().partition("\n")[0]
                raise UnfitError(f"the kernel cannot load {awaited[0]}: {reason}")
            self._expected.pop(0)
        return True

    def settle(self) -> None:
        """Wait until everything is loaded that it was told to load at its start.

        Raises:
            UnfitError: when it could not load it.
            KernelEndedError: when the kernel is gone.
        """
        if self._expected:
            name, version = self._expected[-1]
            self.loaded(name, version, str(self._loading[name, version]))

    def ask(self, message: bytes) -> bytes:
        """Send one message; the answer's line. What was to be loaded at its start must be (see `settle`).

        Raises:
            KernelEndedError: when the kernel is gone.
        """
        self._write(message)
        return self._line()

    def _read(self) -> dict[str, Any]:
        if not self.greeted:
            greeting = json.loads(self._line())
            if greeting != {"hello": f"@jsii/runtime@{self._version}"}:
                raise UnfitError(f"an unexpected kernel answered: {greeting}")
            self.greeted = True
        answer: dict[str, Any] = json.loads(self._line())
        return answer

    def _write(self, message: bytes) -> None:
        try:
            self._socket.sendall(message + b"\n")
        except OSError as error:
            raise KernelEndedError(str(error)) from error

    def _line(self) -> bytes:
        try:
            line = self._answers.readline()
        except OSError as error:
            raise KernelEndedError(str(error)) from error
        if not line:
            raise KernelEndedError
        return line

    def stop(self) -> None:
        """End the process and wait for it, which removes its temporary folder."""
        atexit.unregister(self.stop)
        if self._socket.fileno() < 0:
            return
        # It reads the end of its input, tidies up and exits.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._answers.close()
        self._socket.close()
        if self._expected:
            # It was never asked anything and may still be loading: nobody has to wait for that.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
            return
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def kill(self) -> None:
        """End the process without ceremony: something about it is wrong."""
        self._expected = self._expected or [("", "")]
        self.stop()


def _preload() -> str:
    return str(resources.files("cdktf_fast_synthesis").joinpath("node", "preload.cjs"))


def _program(cache: Path, version: str) -> Path:
    """The program of jsii, under a name that is the same at every run, so that its compiled code is found again."""
    # Only found and not imported: that would cost the time in which the process can start already.
    spec = util.find_spec("jsii")
    if spec is None or not spec.submodule_search_locations:
        raise UnfitError("jsii is not where it is expected")
    installed = Path(spec.submodule_search_locations[0]) / "_embedded" / "jsii"
    folder = cache / "jsii" / version / "lib"
    for name in (_PROGRAM, _WORKER):
        content = installed / f"lib__{name}"
        try:
            size = content.stat().st_size
            if not (folder / name).is_file() or (folder / name).stat().st_size != size:
                put(folder / name, content.read_bytes())
        except OSError as error:
            raise UnfitError(f"jsii's program cannot be prepared: {error}") from error
    return folder / _PROGRAM
