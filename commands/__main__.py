"""./psc: find the command, prepare the environment, run the command in it."""

from __future__ import annotations

import errno
import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from commands import cdk
from commands.building import BuildError
from commands.environment import CHECKOUT, Environment, prepared
from commands.options import UsageError, parse
from deployment.printable import printable, printable_lines


def main(words: list[str]) -> int:
    """Run one command; 2 for words that cannot be used or an environment that cannot be had."""
    try:
        command, args = parse(words)
    except UsageError as error:
        print(f"psc: {printable(str(error))}", file=sys.stderr)
        return 2
    if command is None:
        return 0
    try:
        Path.cwd()
    except FileNotFoundError:
        print("psc: the folder that it was started in does not exist any more; change to another one", file=sys.stderr)
        return 2
    if not temporary_folder():
        return 2
    try:
        if not command.needs_environment:
            return command.run(args, Environment(Path(sys.prefix), cdk.CDKTF))
        environment = prepared(cdk.chosen())
        os.environ[cdk.VARIABLE] = environment.cdk.name  # for what runs in this process
        if Path(sys.prefix).resolve() != environment.home.resolve():
            again(environment, words)
        return command.run(args, environment)
    except (BuildError, cdk.UnknownCdkError) as error:
        print(f"psc: {printable_lines(str(error))}", file=sys.stderr)
        return 2


def temporary_folder() -> bool:
    """Whether there is one that can be written; all that we start, wherever it runs, is told the same one."""
    given = os.environ.get("TMPDIR")
    if given and not (Path(given).is_dir() and os.access(given, os.W_OK | os.X_OK)):
        said = f"psc: TMPDIR: {given!r} is not a writable folder; create it, or unset TMPDIR"
        print(printable(said), file=sys.stderr)
        return False
    try:
        os.environ["TMPDIR"] = tempfile.tempdir = str(Path(tempfile.gettempdir()).absolute())  # it may be "."
    except FileNotFoundError as error:  # its message lists what was tried
        print(f"psc: {printable(str(error.strerror))}; see that the disk is not full", file=sys.stderr)
        return False
    if tempfile.tempdir.encode(errors="replace").decode() != tempfile.tempdir:
        print(f"psc: TMPDIR: {tempfile.tempdir!r} is not UTF-8, as Node needs it; take another one", file=sys.stderr)
        return False
    return True


def _open_what_is_closed() -> None:
    """Open what whoever started us has closed: else the first files that we open would take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def again(environment: Environment, words: list[str]) -> None:
    """Start once more, this time with the environment's own Python; does not come back.

    Raises:
        BuildError: when that cannot be started.
    """
    start = (
        "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
        "runpy.run_module('commands', run_name='__main__', alter_sys=True)"
    )
    sys.stderr.flush()
    try:
        # -P, as in ./psc: nothing is imported from the folder that the caller stands in.
        os.execv(environment.python, [str(environment.python), "-s", "-P", "-c", start, str(CHECKOUT), *words])  # noqa: S606
    except OSError as error:
        remedy = "it was set up by another user, or its Python is gone: remove .psc, or use a checkout of your own"
        raise BuildError(f"{environment.python}: cannot be started ({error.strerror}); {remedy}") from error


# A full or broken disk, a quota, what may not be read or written, limits: nothing that the program could do about.
_OUTSIDE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EBADF, errno.EFBIG, errno.EACCES, errno.EPERM,
            errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}  # fmt: skip


def _said(error: Exception) -> str | None:
    """What such an error says to people; None for one that is ours."""
    if isinstance(error, MemoryError) or str(error) == "can't start new thread":
        return "there is no room for more memory or processes; see what limits `ulimit -a` shows"
    if not isinstance(error, OSError) or error.errno not in _OUTSIDE:
        return None
    what = "standard output or a temporary file" if error.filename is None else printable(str(error.filename))
    return f"{what} cannot be read or written ({error.strerror})"


if __name__ == "__main__":
    _open_what_is_closed()
    try:
        if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:  # as ./psc has it until here
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except (OSError, RuntimeError, MemoryError) as error:
        said = _said(error)
        if said is None:
            raise
        with suppress(OSError):  # standard error may be what is full
            print(f"psc: {said}", file=sys.stderr, flush=True)
        if getattr(error, "filename", None) is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 2
    sys.exit(code)
