"""Whatever a file holds, it is loaded or refused in sentences; what one key derives does not depend on others."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.loading import Loaded, load
from config.problems import ConfigurationError
from config.schema import schema
from config.settings import Settings
from tests.conftest import REFERENCE

bounded = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)

VALID: dict[str, Any] = {
    "region": "us-east1",
    "labels": {"team": "platform"},
    "state": {"backend": "gcs", "bucket": "our-state"},
    "producer": {
        "project": "producer-project",
        "network": {"proxy_only_subnet": {"range": "10.0.2.0/24"}},
        "services": {
            "hello": {"env": {"MODE": "x"}, "secrets": {"KEY": {"secret": "key"}}, "accept": {"web": 2}},
            "orders": {"nat_ranges": ["10.0.4.0/24"], "former_key": "shop", "scaling": {"max_instances": 3}},
        },
    },
    "consumers": {
        "web": {
            "project": "web-project",
            "network": {"subnet": {"range": "10.2.0.0/24"}},
            "endpoints": {"one": {"service": "hello"}, "two": {"service": "orders", "address": "10.2.0.9"}},
        },
        "batch": {"project": "batch-project", "endpoints": {"one": {"service": "orders"}},
                  "test_vm": {"zone": "us-east1-c"}},
    },
}  # fmt: skip

EDITORS = jsonschema.Draft202012Validator(schema())
SCHEMA = Settings.model_json_schema()
KEYS = sorted({key for model in (SCHEMA, *SCHEMA["$defs"].values()) for key in model["properties"]})
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(["", "hello", "web", "allUsers", "10.0.0.0/24", "10.2.0.5", "us-east1", "us-east1-b", "x" * 100]),
    st.sampled_from(["producer-project", "web-project", "ACCEPT_AUTOMATIC", "gcs", "${a}", "a\nb", "::1", "/", "@"]),
)
keys = st.one_of(st.sampled_from([*KEYS, "hello", "orders", "web", "batch", "one"]), scalars)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("properties") / "tried.yaml"


def outcome(file: Path, content: bytes) -> Loaded | None:
    """What was loaded; None after a refusal that is fit to be read."""
    file.write_bytes(content)
    return tried_with({"PSC_CONFIG": str(file)})


def tried_with(variables: dict[str, str]) -> Loaded | None:
    try:
        return load(REFERENCE, variables)
    except ConfigurationError as error:
        problems = error.problems
    assert problems
    for problem in problems:
        assert problem.fault.wrong
        assert problem.fault.remedy, str(problem)
        assert str(problem).isprintable()
    told = [str(problem) for problem in problems]
    assert sorted(set(told)) == sorted(told)
    return None


def text_of(data: object) -> bytes:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode(errors="surrogatepass")


@bounded
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass")))
@example(content=b'a: "\\U00110000"')
@example(content=b"? ? ? a")
@example(content=b"&a [*a]")
@example(content=b"!!timestamp x: !!null")
def test_any_bytes_are_loaded_or_refused(content: bytes, tried: Path) -> None:
    outcome(tried, content)


@bounded
@given(text=st.text(alphabet="abreginpoduc:-{}[]\"'#&*!|>%@`, \n\t10.?<=~\\", max_size=120))
def test_any_text_of_yaml_s_own_characters_is_loaded_or_refused(text: str, tried: Path) -> None:
    outcome(tried, text.encode())


@bounded
@given(data=st.dictionaries(keys, values, max_size=5))
def test_any_data_is_loaded_or_refused(data: dict[Any, Any], tried: Path) -> None:
    outcome(tried, text_of(data))


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(data, dict):
        for key, value in data.items():
            found += places(value, (*path, key))
    if isinstance(data, list):
        for index, value in enumerate(data):
            found += places(value, (*path, index))
    return found


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    data = copy.deepcopy(VALID)
    for _ in range(draw(st.integers(1, 4))):
        *above, last = draw(st.sampled_from(places(data)))
        here: Any = data
        for part in above:
            here = here[part]
        what = draw(st.sampled_from(["replace", "remove", "rename", "add"]))
        if what == "replace":
            here[last] = draw(values)
        elif what == "remove":
            del here[last]
        elif isinstance(here, dict):
            here[draw(keys)] = here.pop(last) if what == "rename" else draw(values)
        if not data:
            break
    return data


@settings(bounded, max_examples=300)
@given(data=mutated())
def test_any_mutation_of_a_valid_configuration_is_loaded_or_refused(data: dict[str, Any], tried: Path) -> None:
    if outcome(tried, text_of(data)) is not None:
        assert [error.message for error in EDITORS.iter_errors(yaml.safe_load(text_of(data)))] == []


@settings(bounded, max_examples=200)
@given(own=mutated(), part=mutated(), extended=mutated(), content=st.none() | st.binary(max_size=60))
def test_any_files_are_joined_or_refused(
    own: dict[str, Any], part: dict[str, Any], extended: dict[str, Any], content: bytes | None, tried: Path
) -> None:
    file = tried.parent / "several" / "tried.yaml"
    beside = file.with_suffix(".d") / "part.yaml"
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_bytes(text_of(part) if content is None else content)
    (file.parent / "extended.yaml").write_bytes(text_of(extended))
    outcome(file, text_of({"extends": "extended.yaml", **own}))


@bounded
@given(
    variables=st.dictionaries(
        st.sampled_from(["PRODUCER_PROJECT", "CONSUMER_PROJECT", "REGION", "PSC_PROVIDER_VERSION", "PSC_ENV"]),
        st.text(max_size=30) | st.sampled_from(["us-east1", "other-project", "~> 7.45", "default"]),
    ),
    with_file=st.booleans(),
)
def test_any_variables_are_taken_or_refused(variables: dict[str, str], with_file: bool, tried: Path) -> None:
    tried.write_bytes(text_of(VALID))
    tried_with(variables | ({"PSC_CONFIG": str(tried)} if with_file else {}))


@bounded
@given(path=st.text(max_size=40))
def test_any_psc_config_is_taken_or_refused(path: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(REFERENCE, {"PSC_CONFIG": f"/nowhere/{path}"})
    assert str(caught.value).isprintable()


def parts(settings: Settings) -> dict[str, Any]:
    """What each service, consumer and endpoint derives, without the lists that name the consumers on purpose."""
    assert settings.producer is not None
    named: dict[str, Any] = {}
    for key, service in settings.producer.services.items():
        named[f"service {key}"] = service.model_dump(exclude={"accept", "invokers"})
    for key, consumer in settings.consumers.items():
        named[f"consumer {key}"] = consumer.model_dump(exclude={"endpoints"})
        for name, endpoint in consumer.endpoints.items():
            named[f"endpoint {key} {name}"] = endpoint.model_dump()
    return named


@st.composite
def several(draw: st.DrawFn) -> dict[str, Any]:
    names = st.from_regex(r"[a-z]{1,6}(-[a-z]{1,6})?", fullmatch=True).filter(lambda key: key != "producer")
    services = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    data: dict[str, Any] = {"producer": {"project": "the-producer", "services": {}}, "consumers": {}}
    for index, key in enumerate(services):
        data["producer"]["services"][key] = {"nat_ranges": [f"10.0.{10 + index}.0/24"]}
    for index, key in enumerate(draw(st.lists(names, max_size=3, unique=True))):
        ends = draw(st.lists(st.tuples(names, st.sampled_from(services)), max_size=3, unique_by=lambda end: end[0]))
        data["consumers"][key] = {
            "project": f"consumer-{index}",
            "endpoints": {
                name: {"service": service, "address": f"10.1.0.{10 + number}"}
                for number, (name, service) in enumerate(ends)
            },
        }
    return data


def shuffled(draw: st.DrawFn, data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    return {key: shuffled(draw, data[key]) for key in draw(st.permutations(list(data)))}


@bounded
@given(data=several(), draw=st.data())
def test_what_one_key_derives_does_not_depend_on_order_or_others(
    data: dict[str, Any], draw: st.DataObject, tried: Path
) -> None:
    whole = outcome(tried, text_of(data))
    assert whole is not None
    reordered = outcome(tried, text_of(draw.draw(st.composite(lambda inner: shuffled(inner, data))())))
    assert reordered is not None
    assert parts(reordered.settings) == parts(whole.settings)
    fewer = copy.deepcopy(data)
    for key in draw.draw(st.sets(st.sampled_from(sorted(data["consumers"]) or ["none"]))):
        fewer["consumers"].pop(key, None)
    wanted = {end["service"] for one in fewer["consumers"].values() for end in one["endpoints"].values()}
    for key in draw.draw(st.sets(st.sampled_from(sorted(data["producer"]["services"])))) - wanted:
        del fewer["producer"]["services"][key]
    rest = outcome(tried, text_of(fewer))
    assert rest is not None
    assert parts(rest.settings).items() <= parts(whole.settings).items()
