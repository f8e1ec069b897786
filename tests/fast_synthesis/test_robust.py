"""What may go wrong: other versions, a spoiled or foreign cache, two processes at once, too late, switched off."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from cdktf_fast_synthesis import cache as cache_module
from cdktf_fast_synthesis import fitting, levers
from cdktf_fast_synthesis.fitting import UnfitError
from cdktf_fast_synthesis.kernel_process import KernelEndedError, KernelProcess
from tests.cdk import CDK, native
from tests.fast_synthesis.conftest import run_program

PROGRAM = """
import sys
from cdktf_fast_synthesis import use_fast_synthesis

print("in use:", use_fast_synthesis())
from cdktf import App, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.provider import GoogleProvider

app = App(outdir=sys.argv[1], stack_traces=False)
stack = TerraformStack(app, "stack")
GoogleProvider(stack, "google", project="some-project")
network = ComputeNetwork(stack, "network", name="network")
TerraformOutput(stack, "id", value=network.id)
app.synth()
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    return file


@pytest.fixture(scope="module")
def filled(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session's cache, in which everything is that PROGRAM needs."""
    folder = tmp_path_factory.mktemp("filling")
    (folder / "program.py").write_text(PROGRAM)
    done = run_program(folder / "program.py", str(folder / "out"), cache=cache)
    assert (done.returncode, done.stderr) == (0, "")
    return cache


@pytest.fixture
def own_cache(filled: Path, tmp_path: Path) -> Path:
    """A copy of a filled cache, to be spoiled."""
    return Path(shutil.copytree(filled, tmp_path / "cache", symlinks=True, copy_function=os.link))


def made(folder: Path) -> bytes:
    return (folder / "stacks" / "stack" / "cdk.tf.json").read_bytes()


def test_two_processes_on_an_empty_cache(program: Path, tmp_path: Path) -> None:
    empty = tmp_path / "cache"
    empty.mkdir()
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda name: run_program(program, str(tmp_path / name), cache=empty), ("one", "two")))
    assert [(run.returncode, run.stderr) for run in runs] == [(0, ""), (0, "")]
    assert made(tmp_path / "one") == made(tmp_path / "two")
    left = [path.name for path in empty.rglob(".unpacking-*")]
    assert left == []


@pytest.mark.parametrize(
    ("spoiled", "with_"),
    [
        ("python/**/cdktf-*", b"damaged"),
        ("python/**/cdktf_cdktf_provider_google.compute_network-*", b""),
        ("packages/cdktf/**/.bundle.js", b"module.exports = ["),
        ("packages/cdktf/**/.jsii.runtime.v1.json", b"{"),
        ("packages/@cdktf/**/.jsii.runtime-index.v1", b"short"),
        ("packages/@cdktf/**/lib/index.js", b"syntax error"),
        ("jsii/**/program.js", b""),
        ("node/**/*", b"damaged"),
        ("stamps/*", b""),
    ],
)
def test_a_spoiled_cache_heals(spoiled: str, with_: bytes, program: Path, own_cache: Path, tmp_path: Path) -> None:
    hit = [path for path in own_cache.glob(native(spoiled)) if path.is_file()]
    assert hit, "nothing to spoil: has the cache another layout now?"
    for path in hit:
        path.unlink()  # hard-linked to the original
        path.write_bytes(with_)
    first = run_program(program, str(tmp_path / "first"), cache=own_cache)
    second = run_program(program, str(tmp_path / "second"), cache=own_cache)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert len(first.stderr.splitlines()) <= 1
    assert "Traceback" not in first.stderr
    assert second.stderr == ""
    assert made(tmp_path / "first") == made(tmp_path / "second")


def test_damage_in_what_the_program_does_not_import(own_cache: Path, tmp_path: Path) -> None:
    for path in own_cache.glob(native("packages/@cdktf/**/lib/index.js")):
        path.unlink()
        path.write_bytes(b"syntax error")
    program = tmp_path / "program.py"
    program.write_text(
        "from cdktf_fast_synthesis import use_fast_synthesis\nuse_fast_synthesis()\n"
        "from cdktf import Fn, Token\nprint(Token.is_unresolved(Fn.join('', ['a'])), Token.is_unresolved('a'))\n"
    )
    done = run_program(program, cache=own_cache)
    assert (done.returncode, done.stdout) == (0, "True False\n")
    assert done.stderr.count("\n") == 1
    assert f"the kernel cannot load {CDK.bindings_assembly}" in done.stderr


@pytest.mark.parametrize("gone", ["packages/cdktf", "packages", "stamps", "python"])
def test_a_cache_of_which_a_part_is_gone_is_made_anew(
    gone: str, program: Path, own_cache: Path, tmp_path: Path
) -> None:
    gone = native(gone)
    shutil.rmtree(own_cache / gone)
    done = run_program(program, str(tmp_path / "out"), cache=own_cache)
    assert (done.returncode, done.stderr) == (0, "")
    assert (own_cache / gone).is_dir()


def test_nothing_is_written_into_installed_packages(program: Path, tmp_path: Path) -> None:
    """Neither files nor bytecode: the folders' times would tell."""
    import jsii

    cdk, google = import_module(CDK.module), import_module(CDK.bindings)

    def times() -> Iterator[tuple[str, int]]:
        for module in (cdk, jsii):
            for folder, _, _ in os.walk(Path(str(module.__file__)).parent):
                yield folder, Path(folder).stat().st_mtime_ns
        for part in ("", "_jsii", "compute_network"):
            folder = str(Path(str(google.__file__)).parent / part)
            yield folder, Path(folder).stat().st_mtime_ns

    before = list(times())
    empty = tmp_path / "cache"
    empty.mkdir()
    assert run_program(program, str(tmp_path / "out"), cache=empty).returncode == 0
    assert list(times()) == before


def test_switched_off_nothing_is_in_use(program: Path, cache: Path, tmp_path: Path) -> None:
    variables = {fitting.OFF: "off"}
    probe = program.with_name("probe.py")
    probe.write_text(
        PROGRAM.partition("from cdktf import")[0] + "import cdktf, jsii\nprint(type(jsii.kernel.provider).__name__)\n"
    )
    done = run_program(probe, cache=cache, variables=variables)
    assert (done.stdout, done.stderr) == ("in use: False\nProcessProvider\n", "")


def test_too_late_it_says_so_and_changes_nothing(program: Path, cache: Path, tmp_path: Path) -> None:
    program.write_text(f"import cdktf\n{PROGRAM}")
    done = run_program(program, str(tmp_path / "out"), cache=cache)
    assert done.returncode == 0
    assert "in use: False" in done.stdout
    assert done.stderr.count("\n") == 1
    assert "before use_fast_synthesis() was called" in done.stderr


@pytest.mark.parametrize(
    ("known", "assignment"),
    [
        ("jsii", "fitting.JSII = ('0.0.1',)"),
        (CDK.module, "import dataclasses\nmine = dataclasses.replace(fitting.cdk(), versions=('0.0.1',))\n"
         "fitting.cdk = lambda: mine"),
    ],
)  # fmt: skip
def test_another_version_is_left_alone_in_one_line(
    known: str, assignment: str, program: Path, cache: Path, tmp_path: Path
) -> None:
    program.write_text(f"from cdktf_fast_synthesis import fitting\n{assignment}\n{PROGRAM}")
    done = run_program(program, str(tmp_path / "out"), cache=cache)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1
    assert f"note: ordinary synthesis for the kernel: {known} " in done.stderr
    assert "is not known to it (known: 0.0.1)" in done.stderr


def test_a_choice_of_the_callers_for_jsii_is_honoured(program: Path, cache: Path, tmp_path: Path) -> None:
    done = run_program(program, str(tmp_path / "out"), cache=cache, variables={"JSII_DEBUG_TIMING": "1"})
    assert done.returncode == 0
    assert "ordinary synthesis for the kernel: JSII_DEBUG_TIMING is set" in done.stderr
    assert "[@jsii/kernel:timing]" in done.stdout


def test_every_form_of_import_works(cache: Path, tmp_path: Path) -> None:
    program = tmp_path / "imports.py"
    program.write_text(
        """
from cdktf_fast_synthesis import use_fast_synthesis
use_fast_synthesis()
import cdktf_cdktf_provider_google
import cdktf_cdktf_provider_google as google
import cdktf_cdktf_provider_google.compute_disk
from cdktf_cdktf_provider_google import compute_network, provider
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
import importlib
assert google.compute_disk.ComputeDisk is cdktf_cdktf_provider_google.compute_disk.ComputeDisk
again = importlib.import_module("cdktf_cdktf_provider_google.compute_network")
assert compute_network.ComputeNetwork is ComputeNetwork is again.ComputeNetwork
assert google.sql_database.SqlDatabase.__doc__ and provider.GoogleProvider
assert ComputeNetwork.__init__.__annotations__["name"] == "builtins.str"
assert google.__file__.endswith("__init__.py")
try:
    google.no_such_resource
except AttributeError as error:
    assert "no_such_resource" in str(error)
import inspect, typing, cattr, dateutil.parser, typeguard
assert "name" in inspect.signature(ComputeNetwork.__init__).parameters
assert typing.get_type_hints(ComputeNetwork.__init__)["name"] is str
assert inspect.getsource(ComputeNetwork).startswith("class ComputeNetwork(")
assert cattr.Converter and dateutil.parser.isoparse("2026-01-01") and typeguard.check_type
import typeguard.importhook
"""
    )
    done = run_program(program, cache=cache)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_cache_that_others_can_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache_module.VARIABLE, str(tmp_path))
    tmp_path.chmod(0o777)
    with pytest.raises(UnfitError, match="others can write into the cache folder"):
        cache_module.cache_folder()
    tmp_path.chmod(0o700)
    assert cache_module.cache_folder() == tmp_path


def test_without_a_named_cache_it_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache_module.VARIABLE, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_module.cache_folder() == tmp_path / "cloudrun-psc"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_module.cache_folder() == tmp_path / ".cache" / "cloudrun-psc"


def test_the_kernels_process_and_its_folder_are_gone_at_the_end(program: Path, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    done = run_program(program, str(tmp_path / "out"), cache=cache, variables={"TMPDIR": str(tmp_path / "tmp")})
    assert done.returncode == 0
    assert list((tmp_path / "tmp").iterdir()) == []
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"{tmp_path}/" not in found


def test_a_kernel_whose_program_is_ended_shows_no_trace(own_cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "ended.py"
    file.write_text(
        PROGRAM.partition("from cdktf import")[0] + "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = run_program(file, cache=own_cache)  # until the kernel, too, has closed standard error
    assert (done.returncode, done.stderr) == (-9, "")


def test_the_packages_are_those_that_the_kernel_loads() -> None:
    assert list(levers.loaded_packages(CDK).values()) == ["constructs", CDK.module, CDK.bindings]


@pytest.mark.parametrize("end", ["closed", "reset"])
def test_a_kernel_that_is_ended_is_said_to_be(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> bytes:
        if end == "reset":
            raise ConnectionResetError(104, "Connection reset by peer")
        return b""

    process = object.__new__(KernelProcess)
    monkeypatch.setattr(process, "_answers", SimpleNamespace(readline=gone), raising=False)
    monkeypatch.setattr(process, "_socket", SimpleNamespace(sendall=lambda _: None), raising=False)
    with pytest.raises(KernelEndedError, match="jsii's kernel has ended unexpectedly"):
        process.ask(b"{}")
