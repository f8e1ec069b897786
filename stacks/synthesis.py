"""From settings to a folder of Terraform JSON: built aside, inspected, and only then put in place."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from cdktf import App

from config.settings import Settings
from stacks.consumer import ConsumerStack
from stacks.layout import LOCK_FILE, MANIFEST, STACK_FILE, environment_folder
from stacks.producer import ProducerStack

_RESIDUE = re.compile(r"TfToken\[|TOKEN\.\d+|\$\{Token\[")
_ASIDE = ".synth-"


class SynthesisError(Exception):
    """The synthesized Terraform is not fit for use; nothing was written."""


def build(app: App, settings: Settings) -> None:
    """Add the configuration's stacks to `app`: the producer first, every consumer after it."""
    producer = ProducerStack(app, settings, settings.producer) if settings.producer else None
    for key, side in settings.consumers.items():
        consumer = ConsumerStack(app, key, settings, side)
        if producer is not None and any(endpoint.service for endpoint in side.endpoints.values()):
            consumer.add_dependency(producer)


def synthesize(settings: Settings, outdir: Path, locks: Path) -> Path:
    """Write the stacks below `outdir` and return the environment's folder.

    `outdir`/manifest.json is what the cdktf CLI reads. The default environment's stacks stand in `outdir`/stacks,
    another one's in `outdir`/ENVIRONMENT/stacks with a manifest of their own. The provider lock files
    in `locks` are put beside them.

    Raises:
        SynthesisError: when what cdktf wrote is not fit for use, or a lock file cannot be read. What stood in
            `outdir` is then as it was.
    """
    outdir.mkdir(parents=True, exist_ok=True)
    with _aside(outdir) as made:
        app = App(outdir=str(made), stack_traces=False)
        try:
            build(app, settings)
        except ValueError as error:  # a construct's own guard, behind the rules of the configuration
            raise SynthesisError(str(error)) from error
        app.synth()
        manifest = json.loads((made / MANIFEST).read_text())
        _inspect(made, manifest, given=json.dumps(settings.model_dump(mode="json"), ensure_ascii=False))
        return _publish(made, manifest, outdir, settings, locks)


@contextmanager
def _aside(outdir: Path) -> Iterator[Path]:
    """A folder beside what stands there, locked while it is used; what a run left that was killed is removed."""
    with ExitStack() as kept:
        with _locked(outdir):  # nobody tidies up between the making of a folder and its lock
            _tidy_up(outdir)
            made = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix=_ASIDE, dir=outdir)))
            kept.enter_context(_locked(made))
        yield made


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock on the folder: the system takes it away with the process, however that ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _tidy_up(outdir: Path) -> None:
    for folder in outdir.glob(f"{_ASIDE}*"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def _inspect(made: Path, manifest: dict[str, dict[str, dict[str, object]]], given: str) -> None:
    """Refuse what Terraform would only stumble over later, or what would differ on another machine.

    A path that the configuration itself holds (`given`) is the container's, and the same everywhere.
    """
    for name, stack in manifest["stacks"].items():
        annotations = stack.get("annotations") or []
        assert isinstance(annotations, list)
        errors = [note["message"] for note in annotations if note.get("level") == "@cdktf/error"]
        if errors:
            raise SynthesisError(f"stack {name}: {'; '.join(errors)}")
        text = (made / str(stack["synthesizedStackPath"])).read_text()
        residue = _RESIDUE.search(text)
        if residue:
            around = text[max(0, residue.start() - 60) : residue.end() + 40]
            raise SynthesisError(f"stack {name}: an unresolved cdktf token is left over: …{around}…")
        for path in _own_paths(made):
            if f"{path}/" in text and f"{path}/" not in given:
                raise SynthesisError(f"stack {name}: holds the path {path} of this machine")


def _own_paths(made: Path) -> list[str]:
    """Folders of this machine; HOME may be unset, empty or relative."""
    paths = {made, Path.cwd()}
    with suppress(RuntimeError):  # a user without an entry in the system's list
        paths.add(Path.home())
    return sorted(str(path) for path in paths if path.is_absolute() and path != Path("/"))


def _publish(
    made: Path, manifest: dict[str, dict[str, dict[str, object]]], outdir: Path, settings: Settings, locks: Path
) -> Path:
    """Put the stack files in place, each by one rename; Terraform's own files beside them stay."""
    below = environment_folder(settings.environment)
    home = outdir / below if below else outdir
    locked = _copy_locks(locks / settings.environment, list(manifest["stacks"]), made)
    for name in manifest["stacks"]:  # all before the first file is replaced: what fails, fails here
        (home / "stacks" / name).mkdir(parents=True, exist_ok=True)
    for name, stack in manifest["stacks"].items():
        target = home / "stacks" / name
        (made / str(stack["synthesizedStackPath"])).replace(target / STACK_FILE)
        if name in locked:
            locked[name].replace(target / LOCK_FILE)
    _remove_former(home / "stacks", set(manifest["stacks"]))
    _write(made, home / MANIFEST, manifest)
    if below:
        for stack in manifest["stacks"].values():
            for key in ("synthesizedStackPath", "workingDirectory"):
                stack[key] = f"{below}/{stack[key]}"
        _write(made, outdir / MANIFEST, manifest)
    return home


def _copy_locks(locks: Path, stacks: Sequence[str], made: Path) -> dict[str, Path]:
    """A copy of each stack's lock file, of those that have one.

    Raises:
        SynthesisError: when what is there cannot be read as a file.
    """
    copies: dict[str, Path] = {}
    wrong = []
    for name in stacks:
        lock = locks / f"{name}{LOCK_FILE}"
        try:
            if not stat.S_ISREG(lock.stat().st_mode):  # a pipe would be waited for, and some devices have no end
                raise OSError(0, "no regular file")
            content = lock.read_bytes()
        except OSError as error:
            dangling = any(path.is_symlink() and not path.exists() for path in (locks, lock))
            if dangling or not isinstance(error, FileNotFoundError):
                wrong.append(f"{locks.parent.name}/{locks.name}/{lock.name} cannot be read ({error.strerror})")
        else:
            copies[name] = made / f"{name}{LOCK_FILE}"
            copies[name].write_bytes(content)
    if wrong:
        raise SynthesisError(f"{'; '.join(wrong)}; remove what is there, and write it anew with ./psc providers-lock")
    return copies


def _write(made: Path, target: Path, manifest: object) -> None:
    (made / MANIFEST).write_text(json.dumps(manifest, indent=2))
    (made / MANIFEST).replace(target)


def _remove_former(stacks: Path, present: set[str]) -> None:
    """A stack that left the configuration is not to be applied again; what Terraform keeps there is not ours."""
    for folder_ in stacks.iterdir():
        if folder_.name not in present and folder_.is_dir():
            (folder_ / STACK_FILE).unlink(missing_ok=True)
            if not any(folder_.iterdir()):
                folder_.rmdir()
