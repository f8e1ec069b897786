"""No pattern that finds credentials takes more than linear time."""

from __future__ import annotations

import importlib
import re
import time

import pytest

from deployment import credential_issuers, credential_pairs, credential_places, credential_shapes
from deployment.credentials import shape

# The grammar of `re`, which has no public form.
parser, constants = (importlib.import_module(f"re._{name}") for name in ("parser", "constants"))


def _patterns() -> list[re.Pattern[str]]:
    modules = (credential_issuers, credential_pairs, credential_places, credential_shapes)
    values = [value for module in modules for value in vars(module).values()] + [*credential_shapes.SHAPES.values()]
    return [value for value in values if isinstance(value, re.Pattern)]


def test_no_pattern_can_be_quadratic() -> None:
    """Without a bound a repetition is possessive, so nothing in it is tried again; `$` ends those that match once."""
    for pattern in _patterns():
        unbounded = [kind for kind, most in _repetitions(parser.parse(pattern.pattern)) if most is constants.MAXREPEAT]
        if pattern.pattern.startswith(r"\$\{"):
            continue  # only ever matched at one place
        assert {*unbounded} <= {constants.POSSESSIVE_REPEAT}, pattern.pattern


# Beginnings of each pattern, over and over without an end.
_NEAR_MISSES = (
    *(
        "a",
        "A1",
        "aB1/",
        "a ",
        "a:",
        "a=",
        "a.b",
        "a/b@",
        "a:b@c",
        "- ",
        "--a ",
        "x-p ",
        "_",
        "%3D",
        "&amp;",
        '\\"',
        "\n ",
    ),
    *(
        "<",
        "<a ",
        "<a>",
        "<password>",
        '<add key="a" ',
        "<key>a</key>",
        "name: x ",
        "name: DB_PASSWORD {",
        "value: abcd ",
    ),
    *(
        "INSERT INTO t(password) VALUES (",
        "insert into t(a) values ('",
        "user,password\nbob,",
        "password,",
        "use a1b ",
        "|",
    ),
    *("the password of a b ", "vault login -a ", "echo a |", "openssl -", "('a','b'),(", "a1!"),
    *("password ", "password:", "password: |\n", "password = {", "password%3D", "token is ", "ENV A ", "sensitive("),
    *("mysql -x ", "login x password", "redis-cli ", "zip ", "ldapsearch ", "openssl -k pass:", "htpasswd -b ", "a:b|"),
    *("sqlplus ", "a/b@c:", "user x ", "role a password ", "IDENTIFIED WITH ", "localhost:5432:a:", "*:", "a.b."),
    *('"kty": ', '"d": ', '"kty":"n":"', "https://a:", "https://1a1a", "?sig=", "bearer ", "curl -u ", "eyJhbGciOiJ."),
    *(
        "-----BEGIN ",
        "-----BEGIN CERTIFICATE-----A",
        "ssh-rsa AAAA",
        "sha256-",
        "ghp_",
        "sk-a",
        "1/",
        "12345678:",
        "EAA",
    ),
)


@pytest.mark.parametrize("near", _NEAR_MISSES)
def test_a_long_text_of_near_misses_is_read_in_linear_time(near: str) -> None:
    """A quadratic pattern needs minutes for 200 KB; the bound allows for a busy machine."""
    begin = time.process_time()
    shape(near * (200_000 // len(near)))
    assert time.process_time() - begin < 20


def _repetitions(tree: object) -> list[tuple[object, object]]:
    found: list[tuple[object, object]] = []
    if isinstance(tree, tuple) and len(tree) == 2 and "REPEAT" in str(tree[0]):
        found.append((tree[0], tree[1][1]))
    if isinstance(tree, (list, tuple, parser.SubPattern)):
        for part in tree:
            found += _repetitions(part)
    return found
