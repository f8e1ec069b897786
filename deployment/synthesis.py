"""Synthesis as a process of its own: main.py of this or another checkout, and its report of what it has written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deployment.unusable import UnusableError
from deployment.values import Json

if TYPE_CHECKING:
    from config.settings import Settings


# By Ctrl-C, which reaches it directly.
_INTERRUPTED = (-signal.SIGINT, 128 + signal.SIGINT)


class NotSynthesizedError(UnusableError):
    """main.py refused; the message is its own, or "" where it has already told the user. `code` is its exit code."""

    def __init__(self, message: str, code: int) -> None:
        """Keep what it said and how it ended."""
        super().__init__(*message.split("\n"))
        self.code = code


class EndedError(NotSynthesizedError):
    """main.py was ended from outside: that says nothing of the configuration."""


@dataclass(frozen=True, kw_only=True)
class Synthesized:
    """What main.py reports: the environment, its folder below the output folder, notes, and settings as JSON."""

    environment: str
    folder: Path
    notes: tuple[str, ...]
    document: Json

    @property
    def settings(self) -> Settings:
        """The settings that it was synthesized from."""
        from config.settings import Settings  # here: pydantic takes a while, and synth does not need it

        return Settings.model_validate_json(json.dumps(self.document))


def synthesize(
    python: str, checkout: Path, output: Path | None, variables: Mapping[str, str] | None = None, *, told: bool = False
) -> Synthesized:
    """Run the main.py of `checkout` with `python` into `output`, the checkout's own cdktf.out where that is None.

    `variables` are those that it runs with, by default this process's own. Where it is `told`, what it says goes to
    the user as it comes.

    Raises:
        NotSynthesizedError: when it refuses; EndedError when it is ended from outside.
        KeyboardInterrupt: when it was interrupted.
    """
    given = os.environ if variables is None else variables
    with tempfile.TemporaryDirectory(prefix="psc-", ignore_cleanup_errors=True) as folder:
        report = Path(folder) / "report.json"
        own = {"CDKTF_OUTDIR": str(output) if output else "", "PSC_SYNTH_REPORT": str(report)}
        own["TMPDIR"] = folder  # what main.py, jsii and Node leave when they are ended goes with it
        done = _run([python, "-s", str(checkout / "main.py")], checkout, {**given, **own}, told=told)
        if done.returncode in _INTERRUPTED:
            raise KeyboardInterrupt  # whoever started it was meant, too
        if done.returncode < 0:
            name = signal.Signals(-done.returncode).name
            raise EndedError(f"synthesis was ended from outside ({name}), or for want of memory; run it again", 2)
        if done.returncode != 0:
            raise NotSynthesizedError("" if told else done.stderr.strip() or "main.py failed", done.returncode)
        facts = json.loads(report.read_text())
    return Synthesized(
        environment=str(facts["environment"]),
        folder=Path(os.path.normpath(checkout.resolve() / facts["outdir"])),
        notes=tuple(facts["notes"]),
        document=facts.get("settings", {}),  # a former revision's main.py reports none
    )


def _run(
    command: list[str], checkout: Path, variables: Mapping[str, str], *, told: bool
) -> subprocess.CompletedProcess[str]:
    if not told:
        return subprocess.run(command, cwd=checkout, env=variables, capture_output=True, text=True, check=False)
    with subprocess.Popen(command, cwd=checkout, env=variables) as process:
        while True:
            try:
                return subprocess.CompletedProcess(command, process.wait(), "", "")
            except KeyboardInterrupt:  # it reaches main.py directly; we wait until that has tidied up
                continue
            except SystemExit:  # a signal for us alone
                process.terminate()
                raise
