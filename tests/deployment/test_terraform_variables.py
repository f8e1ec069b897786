"""What plans and applies has nothing of the user's and no way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployment.terraform_variables import for_deployment, for_init


def test_a_deployment_sees_nothing_of_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CREDENTIALS", "theirs")
    monkeypatch.setenv("GOOGLE_PROJECT", "theirs")
    monkeypatch.setenv("TF_VAR_x", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "theirs")
    variables = for_deployment(
        tmp_path, "http://127.0.0.1:1", {"GOOGLE_COMPUTE_CUSTOM_ENDPOINT": "http://127.0.0.1:1/"}
    )
    assert "theirs" not in variables.values()
    assert variables["HOME"] == str(tmp_path)
    assert variables["HTTPS_PROXY"] == "http://127.0.0.1:1", "what has no endpoint of its own meets the stand-in too"
    assert variables["NO_PROXY"] == "127.0.0.1,localhost"


def test_init_finds_the_provider_as_it_always_does() -> None:
    theirs = {
        "TF_CLI_CONFIG_FILE": "/theirs/terraformrc",
        "TF_PLUGIN_CACHE_DIR": "/theirs/cache",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "TF_CLI_ARGS_plan": "-target=x",
        "TF_WORKSPACE": "theirs",
        "TF_DATA_DIR": "/theirs",
        "TF_REATTACH_PROVIDERS": "{}",
        "GOOGLE_CREDENTIALS": "theirs",
    }
    kept = for_init(theirs)
    assert kept.keys() & theirs.keys() == {"TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "HTTPS_PROXY"}
