"""A corpus of texts with a verdict each: what review, hand-over and commands take for a credential, and what not."""

from __future__ import annotations

import importlib
import re

import pytest

from deployment import credential_shapes
from deployment.credentials import is_credential_name, looks_like
from deployment.hidden import SHOWN, Hidden, hide, scrub, shown_address
from deployment.stack_files import stack_of

# The grammar of `re`, which has no public form.
parser, constants = (importlib.import_module(f"re._{name}") for name in ("parser", "constants"))
_WORD = "hunter" + "2x"
_HEX = "0f3a" + "9c5e7b1d" * 4
_MIX = "q8Kz3vB7nR1x" + "W5mT9cY2hL6pD4sF0gJa"

_TELLING = (
    "PGPASSWORD MYSQLPASSWORD DBPASS ACCESSTOKEN APITOKEN GITHUB_PAT JWT SLACK_WEBHOOK SLACK_WEBHOOK_URL "
    "CONNECTION_STRING CONNSTR SECRETKEY ACCESSKEY PRIVATEKEY SIGNINGKEY PASSWORD_HASH SECRET_KEY_BASE "
    "clientSecret accessToken DB_CREDS "
    "PASSWORD2 TOKEN_2 STORAGE_ACCOUNT_KEY awsSecretAccessKey HMAC_KEY VAULT_SECRET_ID userPassword "
    "SEED_PHRASE TOTP_SEED KUBECONFIG DOCKER_AUTH_CONFIG SERVICE_ACCOUNT_JSON KEY_PEM SAS_URL"
)
_ABOUT = (
    "TOKEN_TTL TOKENTTL PASSWORD_FILE PGPASSFILE PASSWORDFILE SECRET_NAME KEY_ID API_KEY_ID ACCESS_TOKEN_LIFETIME "
    "TOKEN_EXPIRES_IN MAX_TOKENS TOKEN_LIMIT SECRET_VERSION PASSWORD_POLICY PASSWORD_MIN_LENGTH TOKEN_ENDPOINT "
    "JWT_ALGORITHM JWT_ISSUER PUBLIC_KEY TOKENIZER_MODEL SECRETARY MONKEY COMPASS PATH KEYBOARD COOKIE_NAME AUTHOR "
    "WEBHOOK_PORT PASSWORD_HOST secretName tokenTtl passwordFile "
    "PRIMARY_KEY PARTITION_KEY SORT_KEY CACHE_KEY ROUTING_KEY SITE_KEY STRIPE_PUBLISHABLE_KEY PWD TOKENS_PER_MINUTE"
)
HOLDING = {
    "JSON": f'{{"user": "app", "password": "{_WORD}"}}',
    "JSON in a text": f'{{\\"password\\": \\"{_WORD}\\"}}',
    "short JSON": '{"password":"abc"}',
    "single quotes": f"{{'api_key': '{_WORD}'}}",
    "YAML": f"db:\n  password: {_WORD}\n",
    "ini": f"[db]\npassword = {_WORD}",
    "export": f"export PGPASSWORD={_WORD}",
    "camel case": f'{{"clientSecret": "{_WORD}"}}',
    "HCL": f'password = "{_WORD}"',
    "arrow": f":password => '{_WORD}'",
    "query": f"https://example.com/hook?x=1&access_token={_WORD}",
    "ADO connection string": f"Server=db;User Id=app;Password={_WORD};",
    "storage connection string": "AccountName=a;AccountKey=" + _MIX + "==;EndpointSuffix=core",
    "option": f"job --db-password={_WORD}",
    "option apart": f"job --db-password {_WORD}",
    "hex of 32": _HEX[:32],
    "hex of 40": (_HEX * 2)[:40],
    "hex of 64": (_HEX * 2)[:64],
    "random": _MIX,
    "base64 with slashes": "wJa/rXU7nFE/MI4K7MD/bPx" + "RfiCYz3KbVq9Tf2Ls",
    "base64 padded": "aB3/xY9+kL2/mN8qR5tV7" + "wZ1cE4gH6jP0==",
    "HMAC": "GOOG1E" + "ABCDEFGHIJ0123456789ABCD",
    "AWS of the session": "ASIA" + "0123456789ABCDEF",
    "Slack hook": "https://hooks.slack" + ".com/services/T0/B0/abc",
    "Discord hook": "https://discord" + ".com/api/webhooks/123/abc",
    "npm": "npm_" + "0123456789abcdefghijklmnopqrstuvwxyz",
    "Hugging Face": "hf_" + "0123456789abcdefghijklmnopqrstuvwxyz",
    "Vault": "hvs." + "CAESIJ0123456789abcdefgh",
    "age": "AGE-SECRET-" + "KEY-1QQPQQPQQPQQPQQPQQPQQPQQ",
    "PGP": "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----",
    "upper-case scheme": "POSTGRES://app:" + f"{_WORD}@db/orders",
    "password with a slash": "redis://:" + "pa/ss@10.0.0.3",
    "netrc": f"machine example.com login app password {_WORD}",
    "netrc in lines": f"machine example.com\n  login app\n  password {_WORD}",
    "curl": f"curl -u app:{_WORD} https://example.com",
    "curl, long": f"curl --user 'app:{_WORD}' https://example.com",
    "header": "authorization: bearer " + "abcdef0123456789",
    "sensitive": '${sensitive("' + _WORD + '")}',
    "sensitive, deeper": '${upper(sensitive(lower("' + _WORD + '")))}',
}
HOLDING_NONE = {
    "TTL in JSON": '{"token_ttl": 3600, "password_file": "/run/p", "secret_name": "db", "key_id": "abcd"}',
    "null in JSON": '{"password": null, "token": "", "secret": false}',
    "reference": '{"password": "${var.password}"}',
    "shell's variable": 'curl -u "$USER:$PASSWORD" -H "Authorization: Bearer $(gcloud auth print-identity-token)"',
    "HCL reference": "password = random_password.db.result",
    "placeholder": "--token=<TOKEN> password: ***",
    "digest": "example@sha256:" + "0f3a9c5e" * 8,
    "lock file": '"zh:' + "0f3a9c5e" * 8 + '",',
    "sums": "0f3a9c5e" * 8 + "  producer/main.tf.json",
    "commit": "commit: " + "0f3a9c5e" * 5,
    "UUID": "123e4567-e89b-12d3-a456-426614174000",
    "numbers": "docker run -u 1000:1000 curl",
    "prose": "the password of the database stands in Secret Manager; token: see there is none",
    "link": "https://www.googleapis.com/compute/v1/projects/p/regions/us-east1/targetHttpProxies/hello-http-proxy",
    "port and at": "https://example.com:8443/users/a@b.example",
    "sensitive reference": "${sensitive(var.password)}",
}


@pytest.mark.parametrize("name", _TELLING.split())
def test_names_that_tell(name: str) -> None:
    assert is_credential_name(name)
    assert looks_like(name, _WORD)


@pytest.mark.parametrize("name", _ABOUT.split())
def test_names_about_credentials_and_names_that_only_sound_so(name: str) -> None:
    assert not looks_like(name, "3600")
    assert not looks_like(name, "some-word")


@pytest.mark.parametrize("what", HOLDING)
def test_a_text_that_holds_one_is_found_hidden_and_cut_out(what: str) -> None:
    text = HOLDING[what]
    assert looks_like("SETTING", text)
    assert isinstance(hide({"startup": text})["startup"], Hidden)
    assert SHOWN in scrub(text)
    assert _WORD not in scrub(text)


@pytest.mark.parametrize("what", HOLDING_NONE)
def test_a_text_that_holds_none_is_shown(what: str) -> None:
    assert looks_like("SETTING", HOLDING_NONE[what]) == ""


def test_a_commit_is_none_by_the_name_that_it_has() -> None:
    assert looks_like("GIT_COMMIT", (_HEX * 2)[:40]) == ""


def test_a_sensitive_variables_default_is_hidden_and_so_are_keys() -> None:
    content = {
        "variable": {"greeting": {"sensitive": True, "default": _WORD}, "open": {"default": "shown"}},
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


def _patterns() -> list[re.Pattern[str]]:
    values = [*vars(credential_shapes).values(), *credential_shapes.SHAPES.values()]
    return [value for value in values if isinstance(value, re.Pattern)]


def test_no_pattern_can_be_quadratic() -> None:
    """Without a bound a repetition is possessive, so nothing in it is tried again; `$` ends those that match once."""
    for pattern in _patterns():
        unbounded = [kind for kind, most in _repetitions(parser.parse(pattern.pattern)) if most is constants.MAXREPEAT]
        if pattern.pattern.startswith(r"\$\{"):
            continue  # only ever matched at one place
        assert {*unbounded} <= {constants.POSSESSIVE_REPEAT}, pattern.pattern


def _repetitions(tree: object) -> list[tuple[object, object]]:
    found: list[tuple[object, object]] = []
    if isinstance(tree, tuple) and len(tree) == 2 and "REPEAT" in str(tree[0]):
        found.append((tree[0], tree[1][1]))
    if isinstance(tree, (list, tuple, parser.SubPattern)):
        for part in tree:
            found += _repetitions(part)
    return found
