"""The account that ends ./psc synth: what there is, and the command that goes on with the same configuration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import synth


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment `ours` with a producer of two resources and one consumer of none."""
    stacks = {}
    made: dict[str, dict[str, object]] = {"consumer": {}, "producer": {"google_compute_network": {"a": {}, "b": {}}}}
    for name, resources in made.items():
        file = f"stacks/{name}/cdk.tf.json"
        (tmp_path / "cdktf.out" / file).parent.mkdir(parents=True)
        (tmp_path / "cdktf.out" / file).write_text(json.dumps({"resource": resources}))
        needs = ["producer"] if name == "consumer" else []
        stacks[name] = {"workingDirectory": f"stacks/{name}", "dependencies": needs}
    (tmp_path / "cdktf.out" / "manifest.json").write_text(json.dumps({"stacks": stacks}))
    monkeypatch.setattr(synth, "CHECKOUT", tmp_path)
    monkeypatch.setattr("shutil.which", lambda program: f"/bin/{program}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PSC_CONFIG", raising=False)
    return tmp_path / "cdktf.out"


def test_the_account_counts_what_is_there_in_the_order_of_deployment(folder: Path) -> None:
    assert list(synth.account("ours", folder)) == [
        "producer: 2 resources in cdktf.out/stacks/producer/cdk.tf.json",
        "  2 google_compute_network",
        "consumer: 0 resources in cdktf.out/stacks/consumer/cdk.tf.json",
        "next: the first command tries it offline, the second deploys it",
        "  ./psc rehearse --env ours",
        "  ./psc cdktf --env ours deploy producer consumer   "
        "(or terraform init and apply in each folder, in this order)",
        "synthesized ours: 2 stacks, 2 resources",
    ]
    assert "      google_compute_network.a" in list(synth.account("ours", folder, verbose=True))


def test_without_terraform_the_account_says_what_is_needed_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda program: None)
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    assert "next: install Terraform 1.5 or newer, or OpenTofu; then these try it offline, and deploy it" in list(
        synth.account("ours", folder)
    )


def test_programs_get_the_same_as_a_document(folder: Path) -> None:
    assert synth.document("ours", folder) == {
        "schema": 1,
        "environment": "ours",
        "stacks": [
            {
                "name": "producer",
                "needs": [],
                "file": "cdktf.out/stacks/producer/cdk.tf.json",
                "resources": ["google_compute_network.a", "google_compute_network.b"],
            },
            {
                "name": "consumer",
                "needs": ["producer"],
                "file": "cdktf.out/stacks/consumer/cdk.tf.json",
                "resources": [],
            },
        ],
    }


@pytest.mark.parametrize(
    ("file", "words"),
    [("ours.yaml", "ours.yaml"), ("our files/a.yaml", "'our files/a.yaml'"), ("/x/a.yaml", "/x/a.yaml")],
)
def test_the_next_command_takes_the_same_file(
    file: str, words: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSC_CONFIG", str(tmp_path / file))
    assert list(synth.account("ours", folder))[-2].startswith(
        f"  ./psc cdktf --config {words} deploy producer consumer "
    )
