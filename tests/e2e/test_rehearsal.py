"""`./psc rehearse` as a user types it. One whole rehearsal is part of every test run, where Terraform is at hand."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REFERENCE
from tests.e2e.conftest import CURRENT, configuration
from tests.e2e.live import CHECKOUT

Json = dict[str, Any]
PROVIDER = "~> 7.45"


def psc(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Type a command."""
    return subprocess.run(
        [str(CHECKOUT / "psc"), *words],
        cwd=CHECKOUT,
        env=dict(os.environ) | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def document(done: subprocess.CompletedProcess[str]) -> Json:
    """The one JSON document on standard output."""
    try:
        loaded: Json = json.loads(done.stdout)
    except ValueError:
        pytest.fail(f"no JSON document: {done.stdout}{done.stderr}")
    return loaded


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for what a rehearsal makes and takes away: others may rehearse at the same time."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


def leftovers(temporary: Path) -> list[str]:
    """What is left in the folder, and the processes."""
    return [*map(str, temporary.iterdir()), *processes(temporary)]


def processes(temporary: Path) -> list[str]:
    """Those that have to do with the folder: a stand-in logs into it, Terraform and providers run in it."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    running = [line for line in listed.splitlines() if str(temporary) in line]
    for folder in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if str(folder.readlink()).startswith(str(temporary)):
                running.append((folder.parent / "cmdline").read_text().replace("\0", " "))
    return running


def test_the_default_deployment_holds(provider: Callable[[str], str], temporary: Path) -> None:
    provider(PROVIDER)
    done = psc("rehearse", "--json")
    told = document(done)
    assert told["findings"] == []
    assert done.returncode == 0
    assert told["held"] is True
    assert list(told) == [
        "schema",
        "held",
        "environment",
        "provider",
        "from",
        "steps",
        "connections",
        "findings",
        "notes",
        "rests_on",
    ]
    assert [(step["what"], step["stack"], step["ok"]) for step in told["steps"]] == [
        ("first deployment", "producer", True),
        ("first deployment", "consumer", True),
        ("second plan", "producer", True),
        ("second plan", "consumer", True),
        ("destroy", "consumer", True),
        ("destroy", "producer", True),
    ]
    assert [(fate["outcome"], fate["after"]["status"]) for fate in told["connections"]] == [("new", "ACCEPTED")]
    assert "first deployment: producer" in done.stderr, "progress goes to standard error"
    assert leftovers(temporary) == []


@pytest.fixture
def former(tmp_path: Path, synth_folder: Callable[..., Path]) -> Path:
    """An earlier output folder."""
    return synth_folder(configuration("default"))


@pytest.fixture
def synth_folder(tmp_path: Path) -> Callable[..., Path]:
    """Synthesize a configuration into a folder of its own."""
    import yaml

    from config.loading import load
    from stacks.synthesis import synthesize

    def run(config: Json) -> Path:
        file = tmp_path / "rehearsed.yaml"
        file.write_text(yaml.safe_dump(config))
        out = tmp_path / f"out-{len(list(tmp_path.iterdir()))}"
        synthesize(load(REFERENCE, {"PSC_CONFIG": str(file)}).settings, out, REFERENCE / "locks")
        return out / "rehearsed"

    return run


@pytest.mark.e2e
def test_an_edit_is_told_by_address_attribute_and_connection(
    provider: Callable[[str], str], former: Path, tmp_path: Path
) -> None:
    provider(PROVIDER)
    config = tmp_path / "rehearsed.yaml"
    config.write_text(config.read_text().replace("image:", "port: 8080\n      image:"))
    done = psc("rehearse", "--config", str(config), "--from-dir", str(former))
    assert done.returncode == 0, done.stderr
    assert "producer: replaced  google_compute_forwarding_rule.hello (port_range)" in done.stdout
    assert "producer: updated   google_compute_service_attachment.hello" in done.stdout
    assert "connection consumer/psc-endpoint: ACCEPTED, kept" in done.stdout
    assert done.stdout.splitlines()[-1] == "rehearsal of rehearsed held: 2 stacks, 28 resources, 1 connection ACCEPTED"


@pytest.mark.e2e
def test_a_revision_is_deployed_from_its_own_checkout(provider: Callable[[str], str]) -> None:
    provider(PROVIDER)
    before = worktrees()
    done = psc("rehearse", "--from", "HEAD", "--json")
    told = document(done)
    assert told["from"].startswith("HEAD (")
    assert {step["what"] for step in told["steps"]} == {"first deployment", "deployment", "second plan", "destroy"}
    assert worktrees() == before, "the repository is as it was"


def worktrees() -> str:
    """What git knows of."""
    command = ["git", "worktree", "list"]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "no-such-revision"), "'no-such-revision' is no revision of this checkout"),
        (("--from-dir", "no-such-folder"), "no-such-folder: no synthesized stacks"),
        (("--stack", "nobody"), "there is no stack nobody; there are consumer, producer"),
        (("--config", "no-such-file.yaml"), "no-such-file.yaml"),
        (("--from", "HEAD", "--from-dir", "x"), "not allowed with argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_rehearsed_is_one_sentence(words: tuple[str, ...], sentence: str, temporary: Path) -> None:
    done = psc("rehearse", *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert leftovers(temporary) == []


@pytest.mark.e2e
def test_without_terraform_it_says_so(tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    for name in ("sh", "dirname", "readlink", "git"):
        found = shutil.which(name)
        assert found
        (bare / name).symlink_to(found)
    done = psc("rehearse", PATH=str(bare))
    assert done.returncode == 2
    assert "erraform" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.e2e
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_rehearsal_leaves_nothing_behind(
    number: int, provider: Callable[[str], str], temporary: Path
) -> None:
    provider(PROVIDER)
    process = subprocess.Popen(
        [str(CHECKOUT / "psc"), "rehearse"],
        cwd=CHECKOUT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests in the background of a shell inherit that Ctrl-C is ignored; a terminal's programs do not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "stand-in at" in line:
            break
    time.sleep(5)  # in the middle of Terraform's apply
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal sends it
    else:
        process.send_signal(number)
    said = process.stderr.read()
    assert process.wait(timeout=60) in {130, 143}
    assert "Traceback" not in said
    assert leftovers(temporary) == []


@pytest.mark.e2e
def test_no_process_outlives_a_rehearsal_that_is_killed(provider: Callable[[str], str], temporary: Path) -> None:
    provider(PROVIDER)
    process = subprocess.Popen(
        [str(CHECKOUT / "psc"), "rehearse"], cwd=CHECKOUT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "stand-in at" in line:
            break
    time.sleep(4)  # in the middle of Terraform's apply
    assert len(processes(temporary)) > 2
    process.kill()
    process.wait()
    end = time.monotonic() + 30
    while processes(temporary):
        assert time.monotonic() < end, processes(temporary)
        time.sleep(0.2)


def plain(told: Json) -> Json:
    """A document without what differs between two runs, and without the folder's name."""
    steps = [step | {"seconds": 0} for step in told["steps"]]
    connections = [fate | {"after": fate["after"] | {"id": ""}} for fate in told["connections"]]
    return told | {"environment": "", "steps": steps, "connections": connections}


@pytest.mark.e2e
@pytest.mark.parametrize("version", [CURRENT, "6.50.0"])
def test_a_provider_that_stays_and_one_that_is_started_anew_tell_the_same(
    version: str, provider: Callable[[str], str], synth_folder: Callable[..., Path]
) -> None:
    provider(version)
    config = configuration("pair") | {"provider_version": version}
    told = []
    for anew in (False, True):
        out = synth_folder(config)
        if anew:
            file = out / "stacks" / "producer" / "cdk.tf.json"
            content = json.loads(file.read_text())
            content["provider"]["google"].append(content["provider"]["google"][0] | {"alias": "second"})
            file.write_text(json.dumps(content))
        done = psc("rehearse", "--dir", str(out), "--json")
        assert ("started anew at every step: producer configures it more than once" in done.stderr) is anew, done.stderr
        told.append(plain(document(done)))
    assert told[0] == told[1]
    assert told[0]["held"] is True


Trap = Callable[[Mapping[str, Any]], None]


def no_proxy_dependency(resources: Mapping[str, Any]) -> None:
    """Nothing refers to the proxy-only subnet."""
    del resources["google_compute_forwarding_rule"]["hello"]["depends_on"]


def no_account(resources: Mapping[str, Any]) -> None:
    """A VM without an account has no token to send."""
    del resources["google_compute_instance"]["test_vm"]["service_account"]


TRAPS: dict[str, tuple[str, Trap, str]] = {
    # Without it the order is Terraform's choice: refused when made, or when destroyed.
    "no dependency on the proxy-only subnet": (
        "producer",
        no_proxy_dependency,
        r"An active proxy-only subnetwork is required|producer-proxy-subnet' is already being used by",
    ),
    "no account on the VM": ("consumer", no_account, "test-vm"),
}


@pytest.mark.e2e
@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_put_back_is_found(
    trap: str, provider: Callable[[str], str], tmp_path: Path, synth_folder: Callable[..., Path]
) -> None:
    """The output of a program that fell into the trap is rehearsed as it is."""
    provider(PROVIDER)
    stack, change, sentence = TRAPS[trap]
    out = synth_folder(configuration("default"))
    file = out / "stacks" / stack / "cdk.tf.json"
    content = json.loads(file.read_text())
    change(content["resource"])
    file.write_text(json.dumps(content))
    done = psc("rehearse", "--dir", str(out))
    assert done.returncode == 1, done.stderr
    assert re.search(f"^finding: .*({sentence})", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.e2e
def test_a_fixed_name_on_what_must_be_replaced_is_found(
    provider: Callable[[str], str], synth_folder: Callable[..., Path]
) -> None:
    provider(PROVIDER)
    before = synth_folder(configuration("default"))
    config = configuration("default")
    config["producer"]["services"]["hello"]["names"] = {"service": "greeter"}
    after = synth_folder(config)
    file = after / "stacks" / "producer" / "cdk.tf.json"
    content = json.loads(file.read_text())
    content["resource"]["google_compute_region_network_endpoint_group"]["hello"]["name"] = "hello-serverless-neg"
    file.write_text(json.dumps(content))
    done = psc("rehearse", "--from-dir", str(before), "--dir", str(after))
    assert done.returncode == 1, done.stderr
    assert "hello-serverless-neg' already exists" in done.stdout
