"""What is sensitive, or looks like a credential, is wrapped when it is read and cannot be printed."""

from __future__ import annotations

import json

import pytest

from deployment.credentials import is_credential_name
from deployment.hidden import SHOWN, Hidden, hidden_texts, hide, looks_like_credential, scrub, scrub_refusals

SHAPES = [
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0123456789_abcdefgh",
    "AIzaSyA1234567890abcdefghijklmnopqrstuvw",
    "ya29.a0AfH6SMBx-abcdefg",
    "xoxb-123456789012-abcdefghij",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "postgres://app:hunter22@10.0.0.1/db",
    "Authorization: Bearer abcdef0123456789",
    "q8Kz3vB7nR1xW5mT9cY2hL6pD4sF0gJa",
    "--db-password=swordfish",
    "connect with token: swordfish",
]
PLAIN = [
    "us-docker.pkg.dev/cloudrun/container/hello@sha256:" + "a1" * 32,
    "projects/my-producer/regions/asia-northeast1/serviceAttachments/hello-service-attachment",
    "https://www.googleapis.com/compute/v1/projects/p/regions/us-east1/targetHttpProxies/hello-http-proxy",
    "serviceAccount:123456789012-compute@developer.gserviceaccount.com",
    "https://www.googleapis.com/auth/devstorage.read_only",
    "${google_compute_region_network_endpoint_group.hello.id}",
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    'curl -H "Authorization: Bearer $TOKEN"',
    "TOKEN=$(curl -s metadata.google.internal)",
    "401: the token's audience is not the service's URL",
]


@pytest.mark.parametrize("text", SHAPES)
def test_a_credential_is_known_by_its_shape(text: str) -> None:
    assert looks_like_credential(text)
    assert isinstance(hide({"description": text})["description"], Hidden)


@pytest.mark.parametrize("text", PLAIN)
def test_names_links_and_digests_are_no_credentials(text: str) -> None:
    assert not looks_like_credential(text)
    assert hide({"description": text}) == {"description": text}


@pytest.mark.parametrize(
    "name",
    [
        "API_TOKEN",
        "DB_PASSWORD",
        "VAULT_SECRET_ID",
        "encryption_key",
        "SIGNING_KEY",
        "apiKey",
        "private_key",
        "AUTH",
        "DSN",
    ],
)
def test_a_credential_is_known_by_its_name(name: str) -> None:
    assert is_credential_name(name)
    assert isinstance(hide({"env": [{"name": name, "value": "plain"}]})["env"][0]["value"], Hidden)
    assert isinstance(hide({name: 1234})[name], Hidden)


@pytest.mark.parametrize(
    "name", ["MODE", "project", "secret", "monkey", "keyboard", "tokenizer", "kms_key_name", "secret_id"]
)
def test_an_ordinary_name_hides_nothing(name: str) -> None:
    assert hide({name: "plain"}) == {name: "plain"}


def test_an_expression_tells_where_a_credential_comes_from_and_stays() -> None:
    assert hide({"password": "${random_password.db.result}"}) == {"password": "${random_password.db.result}"}
    assert isinstance(hide({"password": '${"swordfish"}'})["password"], Hidden)


def test_what_terraform_marks_sensitive_is_hidden_wherever_it_is() -> None:
    values = {"a": {"b": ["one", {"c": 2}]}, "d": "four"}
    marks = {"a": {"b": [False, {"c": True}]}, "d": False}
    assert json.dumps(hide(values, marks), default=repr) == '{"a": {"b": ["one", {"c": "(hidden)"}]}, "d": "four"}'


def test_hidden_values_compare_and_do_not_print() -> None:
    first, same, other = Hidden("swordfish"), Hidden("swordfish"), Hidden("salmon")
    assert first == same
    assert first != other
    assert f"{first} {first!r} {[first]}" == f"{SHOWN} {SHOWN} [{SHOWN}]"
    assert hidden_texts({"x": [first]}) == {"swordfish"}


@pytest.mark.parametrize(
    ("text", "known", "clean"),
    [
        ("Error: value swordfish is bad", {"swordfish"}, "Error: value (hidden) is bad"),
        ("got ghp_16C7e42F292c6912E7710c838347Ae178B4a here", set(), "got (hidden) here"),
        (
            "config/environments/a.yaml:7: producer.services.hello.env.API_TOKEN: 'abc' holds a line break; remove it",
            set(),
            "config/environments/a.yaml:7: producer.services.hello.env.API_TOKEN: refused; named like a credential, "
            "so the reason is not shown here",
        ),
        ("a.yaml:7: region: 'x' is not a region", set(), "a.yaml:7: region: 'x' is not a region"),
    ],
)
def test_texts_of_others_are_cleaned(text: str, known: set[str], clean: str) -> None:
    assert scrub(text, known) == clean


ENV = "a.yaml:7: producer.services.hello.env"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            f"{ENV}.API_TOKEN: 'abc' holds a line break; remove it",
            f"{ENV}.API_TOKEN: (hidden) holds a line break; remove it",
        ),
        (
            f"{ENV}.DB_PASSWORD: 0x1F is a number; allowed: text",
            f"{ENV}.DB_PASSWORD: (hidden) is a number; allowed: text",
        ),
        (f"{ENV}.db.password: 'abc' holds a line break", f"{ENV}.db.password: (hidden) holds a line break"),
        (f"{ENV}.API_TOKEN: ['a', 'b'] is a list; write it", f"{ENV}.API_TOKEN: (hidden) is a list; write it"),
        (f"{ENV}.API_TOKEN: 'cut off for its leng…", f"{ENV}.API_TOKEN: (hidden)"),
        (f"{ENV}.PORT: '80' is a number\n2 problems", f"{ENV}.PORT: '80' is a number\n2 problems"),
        (
            "a.yaml:7: producer.services.hello.image: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a' is not an image",
            "a.yaml:7: producer.services.hello.image: '(hidden)' is not an image",
        ),
        (
            "a.yaml:7: x.annotations: [{'password': 'swordfish'}] is a list; allowed: a mapping",
            "a.yaml:7: x.annotations: (hidden) is a list; allowed: a mapping",
        ),
        ("a.yaml:7: x.args[0]: {'password': ['abc']} is none", "a.yaml:7: x.args[0]: (hidden) is none"),
        (
            "a.yaml:7: x.env.API_TOKEN=hunter2x: is an unknown key",
            "a.yaml:7: refused; it holds what looks like a credential, so no more is shown here",
        ),
        (
            "a.yaml:7: x.docker run -e API_TOKEN=hunter2x: is an unknown key",
            "a.yaml:7: refused; it holds what looks like a credential, so no more is shown here",
        ),
        (
            "a.yaml:7: x.my key: is an unknown key; allowed: a, b",
            "a.yaml:7: x.my key: is an unknown key; allowed: a, b",
        ),
        (
            "a.yaml:7: x.args: ['[db]\\npassword = swordfish'] is a list; allowed: text",
            "a.yaml:7: x.args: (hidden) is a list; allowed: text",
        ),
        (
            "a.yaml:7: x.secrets.API_TOKEN: 'abc' is text; write it",
            "a.yaml:7: x.secrets.API_TOKEN: (hidden) is text; write it",
        ),
        (
            "a.yaml:7: x.secrets.API_TOKEN.secret: 'a/b' is no name",
            "a.yaml:7: x.secrets.API_TOKEN.secret: 'a/b' is no name",
        ),
        ("a\x0bb\x85c.yaml: is not read", r"a\x0bb\x85c.yaml: is not read"),
        ("a.yaml:7: x.former_key: 'hello' is a service", "a.yaml:7: x.former_key: 'hello' is a service"),
    ],
)
def test_refusals_keep_their_reasons(text: str, clean: str) -> None:
    assert scrub_refusals(text) == clean


@pytest.mark.parametrize("option", ["-u", "-su", "--user", "--proxy-user"])
def test_a_user_and_a_password_may_be_the_next_word(option: str) -> None:
    args = hide({"args": [option, "app:swordfish", "https://example.com"]})["args"]
    assert args == [option, Hidden("app:swordfish"), "https://example.com"]
    assert hide({"args": [option, "1000:1000", option, "app"]})["args"] == [option, "1000:1000", option, "app"]


def test_what_is_put_into_a_secret_is_hidden_whatever_it_is() -> None:
    assert isinstance(hide({"secret_data": "https://example.com/some-path"})["secret_data"], Hidden)


def test_the_value_of_an_option_may_be_the_next_word() -> None:
    hidden = hide({"args": ["--password", "swordfish", "--port", "80", "--api-key", "--verbose", "-token", "abc"]})
    assert hidden["args"] == [
        "--password",
        Hidden("swordfish"),
        "--port",
        "80",
        "--api-key",
        "--verbose",
        "-token",
        Hidden("abc"),
    ]
