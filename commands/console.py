"""Lines for people: drawn on a terminal, plain everywhere else.

Plain is byte for byte what is printed into a file or a pipe, with NO_COLOR (https://no-color.org), on a dumb terminal
and in CI systems. The library is loaded only where something is drawn.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from commands.progress import WRITING, telling
from deployment.line import Line
from deployment.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

# Of deployment/line.py; colours as Terraform has them.
_LOOKS = {
    "heading": "bold",
    "error": "bold red",
    "warning": "yellow",
    "note": "cyan",
    "good": "bold green",
    "bad": "bold red",
    "added": "green",
    "changed": "yellow",
    "replaced": "magenta",
    "removed": "red",
    "dim": "dim",
}
_NARROW = 20


def drawn(*, errors: bool = False) -> bool:
    """Whether standard output (or error) is a terminal on which something may be drawn."""
    stream = sys.stderr if errors else sys.stdout
    plain = os.environ.get("NO_COLOR") or os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return bool(stream.isatty()) and not plain


def show(lines: Iterable[str], *, errors: bool = False) -> None:
    """Print lines, each as one whatever names are in it; on a terminal in colour, wrapped under their indentation."""
    lines = (Line(printable(line), getattr(line, "style", "")) for line in lines)
    if not drawn(errors=errors):
        for line in lines:
            print(line, file=sys.stderr if errors else sys.stdout, flush=errors)
        return
    console = _console(errors=errors)
    with WRITING if errors else nullcontext():
        if errors:
            sys.stderr.write("\r\x1b[K")  # over the line that is kept current, which comes again
        for line in lines:
            _draw(line, console)


def _draw(line: str, console: Console) -> None:
    from rich.text import Text

    text = Text(line, style=_LOOKS.get(getattr(line, "style", ""), ""))
    indent = len(line) - len(line.lstrip())
    room = console.width - indent
    # A line that goes on is indented further than it began, unless there is no room for that.
    further = 2 if room > 2 * _NARROW else 0
    parts = [text[indent:]] if len(line) <= console.width else text[indent:].wrap(console, room - further)
    for number, part in enumerate(parts):
        part.rstrip()
        console.print(" " * (indent + (further if number else 0)), part, sep="", soft_wrap=True)


def _console(*, errors: bool) -> Console:
    from rich.console import Console

    return Console(stderr=errors, highlight=False, markup=False, emoji=False, soft_wrap=False)


@contextmanager
def steps(first: str, *, in_logs: bool = False) -> Iterator[Callable[[str], None]]:
    """Tell what is being done on a terminal, and what takes minutes `in_logs`, too; it is given what comes next."""
    doing = [first]
    with telling(lambda: doing[-1]) if in_logs or drawn(errors=True) else nullcontext():
        yield doing.append
