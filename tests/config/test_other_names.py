"""A key of another tool is told under the name that it has here, or that there is no such thing yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import other_names
from config.loading import load
from config.problems import ConfigurationError
from config.shape import places
from tests.conftest import REFERENCE

WORDS = [word for words in other_names._OTHER_WORDS.values() for word in words]


@pytest.mark.parametrize("name", other_names._OTHER_WORDS)
def test_what_is_advised_is_a_key(name: str) -> None:
    assert list(places(name))


@pytest.mark.parametrize("word", [*WORDS, *other_names._PLANNED])
def test_what_has_another_name_or_is_not_there_is_no_key(word: str) -> None:
    assert not list(places(word)), "take it out of the table: it has become a key"


@pytest.mark.parametrize(
    ("where", "key", "remedy"),
    [
        ("producer.services.hello", "environment_variables", "did you mean 'env'?"),
        ("producer.services.hello", "consumer_accept_lists", "did you mean 'accept'?"),
        ("producer.services.hello", "ssl", "HTTPS is `https: {host: HOST, certificate: LINK}`"),
        ("producer.network", "shared_vpc", "is given by `existing: LINK`"),
        ("producer.network.load_balancer_subnet", "cidr", "did you mean 'range'?"),
        ("consumers.consumer.endpoints.psc-endpoint", "private_dns", "is `dns: true` of an endpoint"),
        ("consumers.consumer.endpoints.psc-endpoint", "target", "did you mean 'service_attachment'?"),
        ("consumers.consumer", "vpc", "did you mean 'network'?"),
        ("", "location", "did you mean 'region'?"),
        ("", "cidr", "remove it"),  # no range stands at the top
    ],
)
def test_the_remedy(where: str, key: str, remedy: str, tmp_path: Path) -> None:
    file = tmp_path / "tried.yaml"
    lines = [f"{'  ' * depth}{part}:" for depth, part in enumerate(where.split("."))] if where else []
    file.write_text("\n".join([*lines, f"{'  ' * len(lines)}{key}: x", ""]))
    with pytest.raises(ConfigurationError) as caught:
        load(REFERENCE, {"PSC_CONFIG": str(file)})
    (line,) = [line for line in str(caught.value).splitlines() if f"{key}: is an unknown key" in line]
    assert remedy in line
