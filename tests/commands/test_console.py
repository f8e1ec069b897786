"""What is drawn on a terminal, and that nothing is anywhere else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from commands.console import show
from commands.progress import run_told
from deployment.line import Line
from tests.conftest import CHECKOUT

PROGRAM = """
from commands.console import show
from deployment.line import Line
show([Line("finding: " + "word " * 30, "error"), "  indented " + "x" * 70 + " and on", Line("held", "good")])
"""


def on_terminal(columns: int, **variables: str) -> str:
    """What the program writes on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR", "TERM")}
    environment |= {"TERM": "xterm-256color", "COLUMNS": str(columns), "PYTHONPATH": str(CHECKOUT), **variables}
    done = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=theirs, env=environment, cwd=CHECKOUT)
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    assert done.wait() == 0
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


@pytest.fixture(scope="module")
def plain() -> str:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_terminal_gets_colours_and_lines_that_fit(columns: int, plain: str) -> None:
    said = on_terminal(columns)
    assert "\x1b[1;31mfinding:" in said
    assert "\x1b[1;32mheld" in said
    bare = re.sub(r"\x1b\[[0-9;]*m", "", said)
    assert max(map(len, bare.splitlines())) <= columns
    assert re.sub(r"\s", "", bare) == re.sub(r"\s", "", plain)
    indents = [len(line) - len(line.lstrip()) for line in bare.splitlines()]
    assert indents[0] == 0
    assert indents[-1] == 0
    assert set(indents[1:-1]) == ({2, 4} if columns < 120 else {2})


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"CI": "true"}, {"TERM": "dumb"}], ids=str)
def test_everything_else_gets_plain_lines(variables: dict[str, str], plain: str) -> None:
    assert on_terminal(80, **variables) == plain
    assert "\x1b" not in plain


def test_the_library_is_loaded_only_where_something_is_drawn() -> None:
    program = "import sys; from commands import console, options; console.show(['a']); print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout == "a\nFalse\n"


@pytest.mark.parametrize(("where", "said"), [("true", "::group::rehearsal\na line\n::endgroup::\n"), ("", "a line\n")])
def test_logs_of_github_are_folded(where: str, said: str) -> None:
    program = "from commands.progress import grouped, say\nwith grouped('rehearsal'):\n    say('a line')\n"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        env=os.environ | {"GITHUB_ACTIONS": where},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", said)


def test_progress_goes_on_beside_other_lines(tmp_path: Path) -> None:
    program = (
        "import time; from commands.progress import telling, say\n"
        "with telling(lambda: 'waiting'):\n    say('a line'); time.sleep(0.1)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "a line\n")


def test_a_line_is_one_line_whatever_names_are_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    show(["  ::error::x", Line("a\n::warning::b\x1b[31m", "error")])
    show(["##[group]c"], errors=True)
    said = capsys.readouterr()
    assert said.out == "  \\x3a:error::x\na\\n::warning::b\\x1b[31m\n"
    assert said.err == "\\x23#[group]c\n"


def test_what_another_program_says_is_no_command() -> None:
    code, lines = run_told([sys.executable, "-c", r"print('::error::x\n\x1b[2Jy')"], "try it", dict(os.environ))
    assert (code, lines) == (0, [r"\x3a:error::x", r"\x1b[2Jy"])
