"""Synthesis puts whole output in place or none, the same bytes everywhere, and keeps what is Terraform's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cdktf import App, TerraformStack

from config.loading import load
from config.settings import Settings
from stacks import synthesis
from stacks.synthesis import SynthesisError, synthesize
from tests.conftest import CHECKOUT, DEFAULT, REFERENCE
from tests.stacks.inventory import HERE

MANY = HERE / "configurations" / "many.yaml"
LOCKS = REFERENCE / "locks"


def settings(file: Path = MANY, **variables: str) -> Settings:
    return load(REFERENCE, {"PSC_CONFIG": str(file), **variables}).settings


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_bytes_in_another_place_home_and_process(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "far" / "away"
    synthesize(settings(), one, LOCKS)
    moved = tmp_path / "checkout"
    moved.mkdir()
    shutil.copy(CHECKOUT / "main.py", moved)
    for name in ("commands", "config", "deployment", "constructs", "fast_synthesis", "stacks"):
        shutil.copytree(CHECKOUT / name, moved / name)
    variables = {
        **os.environ,
        "HOME": str(tmp_path),
        "TZ": "Asia/Tokyo",
        "LANG": "C",
        "PYTHONHASHSEED": "1",
        "PATH": str(tmp_path / "neither-terraform-nor-node"),
        "PSC_CONFIG": str(MANY),
        "CDKTF_OUTDIR": str(other),
        "JSII_NODE": os.environ.get("JSII_NODE") or shutil.which("node") or "node",
    }
    done = subprocess.run(
        [sys.executable, str(moved / "main.py")], env=variables, cwd=moved, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert contents(other / "many") == contents(one / "many")


def test_nothing_of_this_machine_stands_in_the_output(tmp_path: Path) -> None:
    synthesize(settings(), tmp_path / "out", LOCKS)
    text = b"".join(contents(tmp_path / "out").values()).decode()
    for mark in (str(CHECKOUT), str(tmp_path), str(Path.home()) + "/", "TfToken", "stackTrace"):
        assert mark not in text


def test_another_environment_has_its_own_folder_and_the_cli_finds_it(tmp_path: Path) -> None:
    home = synthesize(settings(), tmp_path, LOCKS)
    assert home == tmp_path / "many"
    cli = json.loads((tmp_path / "manifest.json").read_text())["stacks"]
    own = json.loads((home / "manifest.json").read_text())["stacks"]
    for name in ("producer", "shop", "back-office"):
        assert (tmp_path / cli[name]["synthesizedStackPath"]).is_file()
        assert tmp_path / cli[name]["workingDirectory"] == home / own[name]["workingDirectory"]


def test_two_environments_in_turn_leave_each_other_alone(tmp_path: Path) -> None:
    default = synthesize(load(REFERENCE, {}).settings, tmp_path, LOCKS)
    before = {name: content for name, content in contents(default).items() if name.startswith("stacks/")}
    synthesize(settings(), tmp_path, LOCKS)
    assert before.items() <= contents(tmp_path).items()
    backends = {
        path.relative_to(tmp_path).as_posix(): json.loads(path.read_text())["terraform"]["backend"]["local"]["path"]
        for path in tmp_path.rglob("cdk.tf.json")
    }
    states = {os.path.normpath(Path(path).parent / state) for path, state in backends.items()}
    assert len(states) == len(backends) == 5
    assert {Path(state).parent for state in states} == {Path("..")}


def test_terraforms_own_files_stay_and_a_former_stack_goes(tmp_path: Path) -> None:
    synthesize(settings(), tmp_path, LOCKS)
    stacks = tmp_path / "many" / "stacks"
    for stack in ("shop", "back-office"):
        (stacks / stack / ".terraform").mkdir()
        (stacks / stack / "plan").write_text("a plan")
    alone = tmp_path / "many.yaml"
    text = MANY.read_text()
    start = text.index("  back-office:")
    alone.write_text(text[:start].replace("back-office: 2, ", ""))
    synthesize(settings(alone), tmp_path, LOCKS)
    assert (stacks / "shop" / "plan").read_text() == "a plan"
    assert (stacks / "shop" / ".terraform").is_dir()
    assert not (stacks / "back-office" / "cdk.tf.json").exists()
    assert (stacks / "back-office" / "plan").exists()


def test_a_committed_provider_lock_is_put_beside_its_stack(tmp_path: Path) -> None:
    lock = tmp_path / "locks" / "many" / "shop.terraform.lock.hcl"
    lock.parent.mkdir(parents=True)
    lock.write_text("# locked\n")
    home = synthesize(settings(), tmp_path / "out", tmp_path / "locks")
    assert (home / "stacks" / "shop" / ".terraform.lock.hcl").read_text() == "# locked\n"
    assert not (home / "stacks" / "producer" / ".terraform.lock.hcl").exists()


@pytest.mark.parametrize(
    "put",
    [
        os.mkfifo, Path.mkdir, lambda file: file.symlink_to("/dev/null"), lambda file: file.symlink_to("gone"),
        lambda file: file.symlink_to(file.name),
    ],
    ids=["pipe", "folder", "device", "dangling", "circle"],
)  # fmt: skip
def test_lock_files_that_are_none_are_refused_before_anything_is_written(
    put: Callable[[Path], None], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    synthesize(settings(), out, LOCKS)
    before = contents(out)
    names = [f"locks/many/{stack}.terraform.lock.hcl" for stack in ("producer", "shop")]
    (tmp_path / "locks" / "many").mkdir(parents=True)
    for name in names:
        put(tmp_path / name)
    with pytest.raises(SynthesisError, match=r"\./psc providers-lock") as caught:
        synthesize(settings(PRODUCER_PROJECT="other-producer"), out, tmp_path / "locks")
    assert all(f"{name} cannot be read (" in str(caught.value) for name in names)
    assert contents(out) == before


@pytest.mark.parametrize("residue", ["left TfToken[over", "x TOKEN.12 y"])
def test_token_residue_is_refused_and_the_former_output_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, residue: str
) -> None:
    synthesize(settings(), tmp_path, LOCKS)
    before = contents(tmp_path)
    build = synthesis.build

    def spoilt(app: App, loaded: Settings) -> None:
        build(app, loaded)
        stack = app.node.find_child("shop")
        assert isinstance(stack, TerraformStack)
        stack.add_override("locals.spoilt", residue)

    monkeypatch.setattr(synthesis, "build", spoilt)
    with pytest.raises(SynthesisError, match="stack shop: an unresolved cdktf token is left over"):
        synthesize(settings(), tmp_path, LOCKS)
    assert contents(tmp_path) == before


def test_a_refused_configuration_leaves_the_former_output(tmp_path: Path) -> None:
    variables = {**os.environ, "CDKTF_OUTDIR": str(tmp_path / "out")}
    command = [sys.executable, str(CHECKOUT / "main.py")]
    assert subprocess.run(command, env=variables, check=False, capture_output=True).returncode == 0
    before = contents(tmp_path / "out")
    done = subprocess.run(
        command, env={**variables, "REGION": "asia-northeast1-b"}, check=False, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "did you mean 'asia-northeast1'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(tmp_path / "out") == before


def test_constructs_is_no_package_of_its_own() -> None:
    """With an __init__.py it would hide PyPI's `constructs`: cdktf fails with "No module named 'constructs._jsii'"."""
    assert not (CHECKOUT / "constructs" / "__init__.py").exists()


def test_paths_of_the_container_are_no_paths_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout in /app with DATA: /app/data is common; the value is the same on every machine."""
    monkeypatch.setenv("HOME", "/app")
    file = tmp_path / "paths.yaml"
    file.write_text(
        "producer: {project: producer-project, services: {hello: {invokers: [], env: {DATA: /app/data/x}}}}\n"
    )
    synthesize(settings(file), tmp_path / "out", LOCKS)
    assert "/app/data/x" in (tmp_path / "out" / "paths" / "stacks" / "producer" / "cdk.tf.json").read_text()


@pytest.mark.parametrize("home", ["", ".", "/", None])
def test_an_odd_home_is_no_path_of_this_machine(
    home: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")
    if home is not None:
        monkeypatch.setenv("HOME", home)
    synthesize(settings(), tmp_path / "out", LOCKS)
    assert [*(tmp_path / "out").rglob("cdk.tf.json")]


def test_what_a_construct_refuses_is_told_without_a_traceback_and_nothing_is_written(tmp_path: Path) -> None:
    """The configuration's rules come first; should one be missing there, the construct's own still speaks."""
    made = settings()
    assert made.producer is not None
    names = made.producer.network.model_copy(update={"name": "Not A Name"})
    broken = made.model_copy(update={"producer": made.producer.model_copy(update={"network": names})})
    with pytest.raises(SynthesisError, match=r"^producer/network: name: 'Not A Name' is not a valid resource name"):
        synthesize(broken, tmp_path / "out", LOCKS)
    assert contents(tmp_path) == {}


def test_secrets_of_one_name_in_two_projects_have_an_address_each(tmp_path: Path) -> None:
    file = tmp_path / "secrets.yaml"
    file.write_text(
        "producer: {project: producer-project, services: {hello: {invokers: [], secrets: {A: {secret: key}, "
        "B: {secret: projects/producer-project/secrets/key}, C: {secret: projects/shared-project/secrets/key}}}}}\n"
    )
    synthesize(settings(file), tmp_path / "out", LOCKS)
    stack = json.loads((tmp_path / "out" / "secrets" / "stacks" / "producer" / "cdk.tf.json").read_text())
    grants = stack["resource"]["google_secret_manager_secret_iam_member"]
    assert {name: (grant["project"], grant["secret_id"]) for name, grant in grants.items()} == {
        "key_producer_project_compute": ("producer-project", "key"),
        "shared_project_key_producer_project_compute": ("shared-project", "projects/shared-project/secrets/key"),
    }


@pytest.mark.parametrize("home", ["of a group", "a file"])
def test_the_app_runs_with_a_home_that_jsii_refuses(home: str, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    if home == "a file":
        (folder / ".cache").touch()
    else:
        folder.chmod(0o775)
    variables = {key: value for key, value in os.environ.items() if not key.startswith("JSII_RUNTIME")}
    variables |= {"HOME": str(folder), "PSC_CONFIG": str(MANY), "CDKTF_OUTDIR": str(tmp_path / "out")}
    done = subprocess.run(
        [sys.executable, "main.py"], env=variables, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "manifest.json").exists()


def test_a_stack_that_cannot_be_put_in_place_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    home = synthesize(settings(), tmp_path, LOCKS)
    first, *_, last = sorted(path.name for path in (home / "stacks").iterdir())
    shutil.rmtree(home / "stacks" / last)
    (home / "stacks" / last).write_text("in the way")
    before = contents(tmp_path)
    with pytest.raises(OSError, match=last):
        synthesize(settings(PRODUCER_PROJECT="other-producer"), tmp_path, LOCKS)
    assert contents(tmp_path) == before
    assert first != last


def test_what_a_killed_run_left_is_removed_and_what_another_run_uses_is_not(tmp_path: Path) -> None:
    left, used = tmp_path / ".synth-left", tmp_path / ".synth-used"
    for folder in (left, used):
        folder.mkdir()
        (folder / "cdk.tf.json").write_text("{}")
    with synthesis._locked(used):
        synthesize(settings(), tmp_path, LOCKS)
    assert [path.name for path in tmp_path.glob(".synth-*")] == [used.name]
    assert (used / "cdk.tf.json").exists()


def test_a_full_disk_leaves_the_former_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synthesize(settings(), tmp_path, LOCKS)
    before = contents(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(App, "synth", full)
    with pytest.raises(OSError, match="No space left"):
        synthesize(settings(DEFAULT), tmp_path, LOCKS)
    assert contents(tmp_path) == before


def test_a_stack_that_left_the_configuration_is_told(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(DEFAULT.read_text())

    def told() -> str:
        variables = dict(os.environ) | {"PSC_CONFIG": str(file), "CDKTF_OUTDIR": str(tmp_path / "out")}
        command = [sys.executable, "main.py"]
        done = subprocess.run(command, env=variables, cwd=CHECKOUT, capture_output=True, text=True, check=True)
        return done.stderr

    assert "no longer in the configuration" not in told()
    file.write_text(DEFAULT.read_text().partition("consumers:")[0])
    said = told()
    assert "note: the stack consumer is no longer in the configuration. Anything that it deployed still exists" in said
    assert f"run ./psc cdktf --config {file} destroy consumer, and" in said, "and no other environment's consumer"
    assert "no longer in the configuration" not in told(), "once is enough"
