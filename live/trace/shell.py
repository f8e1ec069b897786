"""A shell on the test VM, through gcloud and Identity-Aware Proxy, that runs a script; what fails is one sentence.

gcloud and ssh are never asked a question: gcloud finds no terminal, ssh is in batch mode, and both are ended in time.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deployment.printable import printable
from deployment.unusable import UnusableError

# Seconds until ssh has a connection: gcloud asks three APIs, makes a key known to the VM and opens a tunnel.
_CONNECTING = 120
_PATIENCE = 5  # that what is to end may take to end by itself
_MOST = 65_536  # bytes that are read of what comes back; the script's 200 lines are a quarter of that
_KEY = ".ssh/google_compute_engine"
_SCRIPT = "Run ./psc trace --script for what to paste into a shell of another way"


@dataclass(frozen=True, kw_only=True)
class Printed:
    """What the script printed, and why it is not all of it; "" where it is."""

    text: str
    why: str


def words(vm: str, script: str) -> list[str]:
    """The command that runs a script on a VM, projects/…/zones/…/instances/…, whatever shell its account has there."""
    _, project, _, zone, _, name = vm.split("/")
    return [
        "gcloud", "compute", "ssh", name, f"--project={project}", f"--zone={zone}", "--tunnel-through-iap",
        "--quiet", "--ssh-flag=-oBatchMode=yes", f"--command=sh -c {shlex.quote(script)}",
    ]  # fmt: skip


def run(vm: str, script: str, seconds: float, told: Callable[[int], None] = lambda _: None) -> Printed:
    """Run a script on the VM for at most so many seconds; `told` is given the number of lines as they come.

    Raises:
        UnusableError: when gcloud cannot be started, or nothing came back.
    """
    command = words(vm, script)
    _check(command)
    process = subprocess.Popen(
        [shutil.which("gcloud") or "gcloud", *command[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # a group of its own, so that ssh and its tunnel end with it; and no terminal to ask at
    )
    late = False
    try:  # from here on, as an interruption may come at once
        output, errors = _Pump(process.stdout, told), _Pump(process.stderr)
        process.wait(timeout=_CONNECTING + seconds)
    except subprocess.TimeoutExpired:
        late = True
    finally:
        _end(process)
    text, said = output.text(), errors.text()
    why = _late(seconds) if late else "" if process.returncode == 0 else reason(said, process.returncode, vm)
    if why and not text.strip():
        raise UnusableError(why)
    return Printed(text=text, why=why)


def _check(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        raise UnusableError(f"gcloud is not on PATH, which opens the shell on the test VM; install it. {_SCRIPT}")
    if not (Path.home() / _KEY).is_file():
        by_hand = " ".join(command[:7])
        raise UnusableError(
            f"gcloud has no SSH key yet (~/{_KEY}): run `{by_hand}` once by hand, which asks before it makes one"
        )


def _late(seconds: float) -> str:
    return (
        f"the shell on the VM did not end within {_CONNECTING + seconds:.0f} s, and was closed; try "
        "`gcloud compute ssh` with --troubleshoot"
    )


class _Pump:
    """Reads a pipe to its end in a thread of its own, and keeps no more of it than anybody wants."""

    def __init__(self, pipe: IO[bytes] | None, told: Callable[[int], None] = lambda _: None) -> None:
        assert pipe is not None
        self._pipe, self._told, self._kept = pipe, told, bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while piece := self._pipe.read1(4096):  # type: ignore[attr-defined]
                self._kept += piece[: _MOST - len(self._kept)]
                self._told(self._kept.count(b"\n"))

    def text(self) -> str:
        """What came; a program that outlives its parent may still hold the other end."""
        self._thread.join(timeout=_PATIENCE)
        return bytes(self._kept).decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask whatever is left of the group to end, and then end it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_PATIENCE)


def reason(said: str, code: int, vm: str) -> str:
    """Why gcloud or ssh failed, in one sentence with what to do; what is not known here is told as it was said."""
    _, project, _, zone, _, name = vm.split("/")
    for pattern, sentence in _REASONS:
        if found := re.search(pattern, said):
            told = printable(next(iter(found.groups()), ""))
            return sentence.format(name=name, project=project, zone=zone, said=told)
    lines = [line for line in said.splitlines() if line.strip()]
    last = next((line for line in reversed(lines) if "ERROR" in line), lines[-1] if lines else "it says nothing")
    return f"gcloud compute ssh failed with exit code {code}: {printable(last.strip())[:300]}"


# What gcloud, its tunnel and ssh write on standard error. Sources: gcloud 528 (googlecloudsdk), OpenSSH, and
# https://cloud.google.com/iap/docs/faq#what_do_the_4xxx_error_codes_mean.
_REASONS = (
    (
        r"not currently have an active account|[Rr]eauthentication|problem refreshing|invalid_grant|gcloud auth login",
        "gcloud is not logged in, or its login has ended: `gcloud auth login`",
    ),
    (
        r"4033|not authorized",
        "Identity-Aware Proxy lets nobody through without roles/iap.tunnelResourceAccessor on {project}",
    ),
    (
        r"4003|failed to connect to backend",
        "Identity-Aware Proxy does not reach port 22 of {name}: the VM may still be starting, or there is no firewall "
        "rule that lets 35.235.240.0/20 in",
    ),
    (
        r"4047|Failed to lookup instance|is not running|TERMINATED",
        "{name} does not run: `gcloud compute instances start {name} --zone={zone} --project={project}`",
    ),
    (
        r"iap\.googleapis\.com|Identity-Aware Proxy API has not been used",
        "the API of Identity-Aware Proxy is off: `gcloud services enable iap.googleapis.com --project={project}`",
    ),
    (
        r"setMetadata|setCommonInstanceMetadata|osLogin|iam\.serviceAccounts\.actAs",
        "you may not log in on {name}: needs roles/compute.osLogin (without OS Login roles/compute.instanceAdmin.v1) "
        "on {project}, and roles/iam.serviceAccountUser on the VM's account",
    ),
    (
        r"Required '?compute\.|compute\.instances\.get",
        "gcloud may not look {name} up: needs roles/compute.viewer on {project}",
    ),
    (
        r"resource .*was not found|Could not fetch resource",
        "there is no VM {name} in {zone} of {project}: deploy the consumer, or set test_vm of it",
    ),
    (
        r"Permission denied \(|passphrase",
        "{name} does not take the SSH key: if that has a passphrase, load it by ssh-add; with OS Login, it takes "
        "roles/compute.osLogin on {project}",
    ),
    (
        r"Host key verification failed|HOST IDENTIFICATION HAS CHANGED",
        "{name} has another host key than before: if the VM was made anew, take its old key out of "
        "~/.ssh/google_compute_known_hosts",
    ),
    (
        r"Name or service not known|Network is unreachable|Failed to resolve|Unable to find the server|Max retries",
        "gcloud cannot reach Google; is there a network, and is its proxy configuration right?",
    ),
    (r"Error while connecting \[(.{1,100}?)\]", "Identity-Aware Proxy opens no tunnel to {name}: {said}"),
    (
        r"Could not SSH into the instance",
        "ssh on {name} does not answer, or does not know the key yet: try again in a minute, and else `gcloud compute "
        "ssh {name} --zone={zone} --project={project} --troubleshoot --tunnel-through-iap`",
    ),
)
