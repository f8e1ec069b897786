"""Review, hand-over and commands take for a credential what the corpus says, and nothing else."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from deployment.credential_issuers import ISSUERS
from deployment.credentials import is_credential_name, looks_like, shape
from deployment.hidden import SHOWN, Hidden, hide, holds_hidden, scrub, shown_address
from deployment.stack_files import stack_of
from tests.deployment.credential_corpus import (
    ABOUT,
    HEX,
    HOLDING,
    HOLDING_NONE,
    HOLDING_NONE_BY_NAME,
    ISSUED,
    NAMES_LIKE_TOKENS,
    TELLING,
    WORD,
    spelled,
)


@pytest.mark.parametrize("name", TELLING.split())
def test_names_that_tell(name: str) -> None:
    assert is_credential_name(name)
    assert looks_like(name, WORD)


@pytest.mark.parametrize("name", ABOUT.split())
def test_names_about_credentials_and_names_that_only_sound_so(name: str) -> None:
    assert not looks_like(name, "3600")
    assert not looks_like(name, "some-word")


@pytest.mark.parametrize("what", HOLDING)
def test_a_text_that_holds_one_is_found_hidden_and_cut_out(what: str) -> None:
    text = HOLDING[what]
    assert looks_like("SETTING", text)
    assert isinstance(hide({"startup": text})["startup"], Hidden)
    assert SHOWN in scrub(text)
    assert WORD not in scrub(text)


@pytest.mark.parametrize("what", HOLDING_NONE)
def test_a_text_that_holds_none_is_shown(what: str) -> None:
    assert looks_like("SETTING", HOLDING_NONE[what]) == ""


@pytest.mark.parametrize("name", HOLDING_NONE_BY_NAME)
def test_a_value_that_is_none_is_shown_whatever_its_name(name: str) -> None:
    assert is_credential_name(name)
    assert looks_like(name, HOLDING_NONE_BY_NAME[name]) == ""
    assert looks_like("SETTING", f"{name}={HOLDING_NONE_BY_NAME[name]}") == ""


def test_every_issuer_is_in_the_corpus() -> None:
    assert ISSUED.keys() == ISSUERS.keys()


@pytest.mark.parametrize("what", ISSUED)
def test_an_issuers_token_is_found_wherever_it_stands(what: str) -> None:
    token = spelled(ISSUED[what])
    assert looks_like("SETTING", token) == what
    for text in (
        json.dumps({"setting": token}),
        f"setting: '{token}'",
        f"https://example.com/?setting={token}&page=2",
        quote(f"setting={token}", safe=""),
        f"the one in use, {token}, ends in May",
        base64.b64encode(json.dumps({"setting": token}).encode()).decode(),
    ):
        assert shape(text), text
        assert token not in scrub(text)


@pytest.mark.parametrize("name", NAMES_LIKE_TOKENS.split())
def test_names_that_begin_as_tokens_do_are_none(name: str) -> None:
    assert looks_like("SETTING", name) == ""


@pytest.mark.parametrize(
    "value",
    [
        {"key": "DB_PASSWORD", "value": WORD},
        {"header_name": "Authorization", "header_value": WORD},
        {"db_password": {"value": WORD}},
        {"variable": {"db_password": {"default": WORD}}},
    ],
)
def test_a_value_has_the_name_beside_or_above_it(value: dict[str, object]) -> None:
    assert holds_hidden(hide(value))


@pytest.mark.parametrize("value", ["$uperman", "/Pa55/w0rd", "<3-hunter!", "{x9!kk", "plain", "google"])
def test_a_password_only_looks_like_a_place_or_a_variable(value: str) -> None:
    assert looks_like("DB_PASSWORD", value)


@pytest.mark.parametrize(
    "name", ["GIT_COMMIT", "TENANT_ID", "id", "account-id", "KID", "IMAGE_DIGEST", "IMAGE_TAG", "VAPID_PUBLIC_KEY"]
)
def test_a_commit_or_a_number_is_none_by_the_name_that_it_has(name: str) -> None:
    assert looks_like(name, (HEX * 2)[:40]) == ""
    assert looks_like("SESSION_ID", (HEX * 2)[:40])
    assert looks_like("VAULT_SECRET_ID", (HEX * 2)[:40])


def test_a_sensitive_variables_default_is_hidden_and_so_are_keys() -> None:
    content = {
        "variable": {"greeting": {"sensitive": True, "default": WORD}, "open": {"default": "shown"}},
        "resource": {"x_y": {"z": {"labels": {"ghp_" + "0123456789abcdefghij": "a", "b": "c"}}}},
    }
    items = stack_of(content, "default", "producer").items
    assert isinstance(items["variable.greeting"].values["default"], Hidden)
    assert items["variable.open"].values["default"] == "shown"
    shown = [*items["x_y.z"].values["labels"]]
    assert shown[0].startswith("(hidden ")
    assert shown[1] == "b"


def test_keys_in_addresses_are_hidden_and_stay_apart() -> None:
    first, second = (shown_address(f'x_y.z["ghp_0123456789abcdefghi{end}"]') for end in "jk")
    assert first != second
    assert "ghp" not in first + second
    assert shown_address('x_y.z["tokyo"]') == 'x_y.z["tokyo"]'
