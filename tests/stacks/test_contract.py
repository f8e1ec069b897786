"""The contract between the stacks: named outputs, one explicit data source, order, and addresses that stay."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from config.loading import load
from config.problems import ConfigurationError
from config.rules import derived_names
from stacks import advice, contract
from stacks.synthesis import SynthesisError, synthesize
from standin.apis.log_filter import matching
from tests.conftest import DEFAULT, REFERENCE, Json, Synthesized
from tests.stacks.inventory import HERE, parts

Synth = Callable[..., Synthesized]
MANY = (HERE / "configurations" / "many.yaml").read_text()


def test_the_producers_outputs_are_named_and_open(synth: Synth) -> None:
    outputs = synth(MANY)["producer"]["output"]
    assert set(outputs) == {
        f"{service}_{what}"
        for service in ("orders", "stock_levels")
        for what in ("service_attachment_self_link", "url", "region", "port")
    }
    assert not any(output.get("sensitive") for output in outputs.values())
    assert outputs["orders_port"]["value"] == 8080
    assert outputs["orders_region"]["value"] == "europe-west1"


def test_the_consumers_outputs_tell_what_to_run(synth: Synth) -> None:
    outputs = synth()["consumer"]["output"]
    assert set(outputs) == {
        "psc_endpoint_address",
        "psc_endpoint_status",
        "psc_endpoint_describe_command",
        "psc_endpoint_curl_command",
        "psc_endpoint_request_log_query",
        "psc_endpoint_flow_log_query",
        "test_vm_ssh_command",
    }
    curl = outputs["psc_endpoint_curl_command"]["value"]
    assert "audience=${try(data.terraform_remote_state.producer[0].outputs.hello_url" in curl
    assert "curl -i http://10.1.0.5${try(" in curl
    assert '"Authorization: Bearer $TOKEN"' in curl


def test_the_query_for_flow_logs_finds_calls_and_no_answers(synth: Synth) -> None:
    query = synth()["consumer"]["output"]["psc_endpoint_flow_log_query"]["value"]
    wanted = matching(query.partition("read '")[2].partition("' --project")[0])
    named = {"psc_endpoint": {"name": "psc-endpoint"}}
    entries: list[tuple[Json, bool]] = [
        ({"connection": {"src_ip": "10.1.0.2", "dest_ip": "10.1.0.5"}, "reporter": "SRC"}, True),
        ({"connection": {"src_ip": "10.1.0.2", "dest_ip": "10.1.0.9"}, "reporter": "SRC", "psc": named}, True),
        ({"connection": {"src_ip": "10.1.0.5", "dest_ip": "10.1.0.2"}, "reporter": "DEST", "psc": named}, False),
        ({"connection": {"src_ip": "10.1.0.2", "dest_ip": "10.1.0.9"}, "reporter": "SRC"}, False),
    ]
    log = "projects/example-consumer-project/logs/compute.googleapis.com%2Fvpc_flows"
    assert [wanted({"logName": log, "jsonPayload": payload}) for payload, _ in entries] == [told for _, told in entries]


DATABASE = """
region: us-east5
consumers:
  analytics:
    project: analytics-project
    endpoints:
      orders-db:
        service_attachment: projects/vendor-project/regions/us-east5/serviceAttachments/orders-db
        port: 5432
"""


def test_an_attachment_without_url_is_tried_by_tcp_alone(synth: Synth) -> None:
    outputs = synth(DATABASE)["analytics"]["output"]
    assert {name.removeprefix("orders_db_") for name in outputs} == {
        "address", "status", "describe_command", "connect_command", "flow_log_query", "test_vm_ssh_command"
    }  # fmt: skip
    assert "/dev/tcp/10.1.0.5/5432" in outputs["orders_db_connect_command"]["value"]
    texts = json.dumps(outputs)
    assert not [word for word in ("Bearer", "identity?audience", "cloud_run", "URL_OF") if word in texts]


def test_an_attachment_with_url_is_called_with_a_token(synth: Synth) -> None:
    url = "        url: https://orders-abc123-ue.a.run.app:8443/v1\n"
    outputs = synth(DATABASE + url)["analytics"]["output"]
    assert "audience=https://orders-abc123-ue.a.run.app:8443/v1" in outputs["orders_db_curl_command"]["value"]
    assert "cloud_run_revision" in outputs["orders_db_request_log_query"]["value"]


@pytest.mark.parametrize("stack", ["producer", "consumer"])
def test_the_warning_says_what_each_state_of_a_connection_means(stack: str, synth: Synth) -> None:
    (check,) = (
        check
        for name, check in synth()[stack]["check"].items()
        if name in ("hello_connections", "psc_endpoint_accepted")
    )
    message = (
        check["assert"]["error_message"] if isinstance(check["assert"], dict) else check["assert"][0]["error_message"]
    )
    for state in ("PENDING", "REJECTED", "CLOSED", "NEEDS_ATTENTION"):
        assert f"{state}: " in message


def test_the_consumer_reads_the_producers_state_through_one_data_source(synth: Synth) -> None:
    data = synth(MANY)["shop"]["data"]
    assert list(data) == ["terraform_remote_state"]
    assert list(data["terraform_remote_state"]) == ["producer"]


def test_no_automatic_cross_stack_reference_is_left(synth: Synth) -> None:
    assert "cross-stack-output" not in json.dumps(synth(MANY))


def test_consumers_come_after_the_producer(tmp_path: Path) -> None:
    from stacks.synthesis import synthesize

    settings = load(REFERENCE, {"PSC_CONFIG": str(HERE / "configurations" / "many.yaml")}).settings
    synthesize(settings, tmp_path, REFERENCE / "locks")
    manifest = json.loads((tmp_path / "manifest.json").read_text())["stacks"]
    assert {name: stack["dependencies"] for name, stack in manifest.items()} == {
        "producer": [],
        "shop": ["producer"],
        "back-office": ["producer"],
    }


def test_a_missing_output_or_state_gets_a_sentence(synth: Synth) -> None:
    consumer = synth()["consumer"]
    (condition,) = consumer["resource"]["google_compute_forwarding_rule"]["psc_endpoint"]["lifecycle"]["precondition"]
    promised = "data.terraform_remote_state.producer[0].outputs.hello_service_attachment_self_link"
    assert condition["condition"] == f"${{can({promised})}}"
    assert "Deploy the producer first (cdktf deploy producer)" in condition["error_message"]
    count = consumer["data"]["terraform_remote_state"]["producer"]["count"]
    assert count == '${fileexists("../../../terraform.producer.tfstate") ? 1 : 0}'


def test_a_consumer_with_a_self_link_stands_alone(synth: Synth) -> None:
    stacks = synth((HERE / "configurations" / "consumer-alone.yaml").read_text())
    assert list(stacks) == ["analytics"]
    assert "data" not in stacks["analytics"]


def test_checks_warn_on_both_sides_and_say_what_to_do(synth: Synth) -> None:
    stacks = synth()
    (waiting,) = stacks["consumer"]["check"]["psc_endpoint_accepted"]["assert"]
    assert waiting["condition"].endswith('.psc_connection_status == "ACCEPTED"}')
    assert "the producer has to accept project example-consumer-project for hello" in waiting["error_message"]
    (cut,) = stacks["producer"]["check"]["hello_connections"]["assert"]
    assert "add it to producer.services.hello.accept" in cut["error_message"]


def test_a_certificate_that_is_not_issued_waits_for_what_its_authority_needs(synth: Synth) -> None:
    checks = synth((HERE / "configurations" / "https.yaml").read_text())["producer"]["check"]
    waits = {key: checks[f"{key}_certificate"]["assert"][0]["error_message"] for key in ("hello", "public", "private")}
    public = {key for key, text in waits.items() if "the record of its DNS authorization is not in public DNS" in text}
    assert public == {"hello", "public"}
    assert "no roles/privateca.certificateRequester on the CA pool" in waits["private"]


def named(stacks: Synthesized) -> dict[str, str]:
    """Stack and address → resource name, of everything that has one."""
    return {
        f"{stack} {address}": values.get("name", "")
        for stack, content in stacks.items()
        for address, values in parts(content).items()
    }


@pytest.mark.parametrize("order", list(itertools.permutations(["orders", "stock-levels"]))[1:])
def test_order_changes_nothing(synth: Synth, order: tuple[str, ...]) -> None:
    before = synth(MANY)
    data = yaml.safe_load(MANY)
    data["producer"]["services"] = {key: data["producer"]["services"][key] for key in order}
    data["consumers"] = dict(reversed(data["consumers"].items()))
    shop = data["consumers"]["shop"]
    shop["endpoints"]["orders"]["address"] = "10.1.0.5"
    shop["endpoints"] = dict(reversed(shop["endpoints"].items()))
    data["producer"]["services"]["orders"]["accept"] = {"partner-project": 1, "back-office": 2, "shop": 5}
    data["producer"]["services"]["orders"]["invokers"].reverse()
    after = synth(yaml.safe_dump(data, sort_keys=False))
    assert after == before


def test_removing_one_leaves_the_others_as_they_were(synth: Synth) -> None:
    before = synth(MANY)
    data = yaml.safe_load(MANY)
    del data["producer"]["services"]["stock-levels"], data["consumers"]["shop"]["endpoints"]["stock"]
    after = named(synth(yaml.safe_dump(data)))
    assert after.items() <= named(before).items()


def test_a_former_key_moves_everything_and_renames_nothing(synth: Synth) -> None:
    default = DEFAULT.read_text()
    before = synth(default)["producer"]
    renamed = default.replace("    hello:\n", "    world:\n      former_key: hello\n").replace(
        "service: hello", "service: world"
    )
    after = synth(renamed)["producer"]
    moves = {block["from"]: block["to"] for block in after["moved"]}
    old = {address: values for address, values in parts(before).items() if not address.startswith(("output", "check"))}
    new = {address: values for address, values in parts(after).items() if not address.startswith(("output", "check"))}
    assert {_end(address, moves) for address in old} == set(new)
    assert all(
        new[_end(address, moves)].get("name") == values.get("name")
        for address, values in old.items()
        if "iam" not in address
    )


def test_each_address_is_moved_to_once(synth: Synth) -> None:
    """Terraform refuses ambiguous moves; the grant of a secret is not the service's, whatever it is called."""
    text = """
producer:
  project: some-project
  services:
    api: {former_key: legacy, secrets: {KEY: {secret: api-key}}}
"""
    moved = synth(text)["producer"]["moved"]
    assert len({block["to"] for block in moved}) == len({block["from"] for block in moved}) == len(moved)
    assert [block for block in moved if "legacy_key" in block["from"]] == []


def _end(address: str, moves: dict[str, str]) -> str:
    """Where a chain of moves ends."""
    return _end(moves[address], moves) if address in moves else address


def test_two_things_under_one_address_are_an_error(tmp_path: Path) -> None:
    """The configuration refuses them with their lines; behind that the constructs do, too."""
    file = tmp_path / "tried.yaml"
    file.write_text("""
producer:
  project: some-project
  services:
    a: {invokers: [one]}
    a-b: {invokers: [two], nat_ranges: [10.0.4.0/24]}
consumers:
  one: {project: b-consumer}
  two: {project: consumer}
""")
    address = "google_cloud_run_v2_service_iam_member.a_b_consumer_compute"
    with pytest.raises(ConfigurationError, match=f":6: .* would both have the Terraform address {address}"):
        load(REFERENCE, {"PSC_CONFIG": str(file)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derived_names, "findings", lambda settings: [])
        settings = load(REFERENCE, {"PSC_CONFIG": str(file)}).settings
    with pytest.raises(SynthesisError, match=f"the Terraform address {address} is taken by"):
        synthesize(settings, tmp_path / "out", REFERENCE / "locks")


def states(stacks: Synthesized) -> list[Json]:
    return [stack["terraform"]["backend"] for stack in stacks.values()]


def test_environments_never_share_a_state(synth: Synth) -> None:
    default = DEFAULT.read_text()
    seen = []
    for more in ("", "environment: staging\n", "environment: producer\n"):
        seen += states(synth(default + more))
        seen += states(synth(default + more + "state: {backend: gcs, bucket: one-bucket}\n"))
    texts = [json.dumps(one) for one in seen]
    assert len(set(texts)) == len(texts)


def test_the_consumer_reads_the_state_that_the_producer_writes(synth: Synth) -> None:
    default = DEFAULT.read_text()
    for more in ("", "environment: staging\n", "state: {backend: gcs, bucket: one-bucket, prefix: a/b}\n"):
        stacks = synth(default + more)
        (written,) = stacks["producer"]["terraform"]["backend"].values()
        read = stacks["consumer"]["data"]["terraform_remote_state"]["producer"]["config"]
        assert read == written


@pytest.mark.parametrize("state", [contract.STATE, contract.STATE_IF_THERE])
def test_what_reads_the_state_reads_a_variable_where_there_is_none(state: str) -> None:
    url, port = contract.reading(state, "hello_url", "UNKNOWN"), contract.port_suffix(state, "hello_port")
    text = f"curl --audience={url} http://10.1.0.5{port}/ # ${{can({state}.outputs.hello_region)}}"
    assert list(contract.outputs_read(text)) == ["hello_url", "hello_port", "hello_port", "hello_region"]
    assert contract.from_variables(text) == (
        'curl --audience=${var.hello_url} http://10.1.0.5${var.hello_port == 80 ? "" : ":${var.hello_port}"}/ '
        "# ${can(var.hello_region)}"
    )


@pytest.mark.parametrize("state", [contract.STATE, contract.STATE_IF_THERE])
def test_an_output_that_not_every_producer_has_falls_back_to_one_that_all_have(state: str) -> None:
    audience = contract.reading_either(state, "hello_audience", "hello_url", "UNKNOWN")
    assert audience == f'${{try({state}.outputs.hello_audience, {state}.outputs.hello_url, "UNKNOWN")}}'
    text = f"{audience} {contract.port_suffix(state, 'hello_port', 443)}"
    assert list(contract.outputs_read(text)) == ["hello_audience", "hello_port", "hello_port"]
    assert contract.from_variables(text) == (
        '${var.hello_audience} ${var.hello_port == 443 ? "" : ":${var.hello_port}"}'
    )


HTTPS = (HERE / "configurations" / "https.yaml").read_text()


def test_host_and_audience_are_promised_where_https_is_spoken(synth: Synth) -> None:
    outputs = synth(HTTPS)["producer"]["output"]
    assert outputs["hello_host"]["value"] == "hello.internal.example.com"
    assert outputs["hello_audience"]["value"] == "https://hello.internal.example.com"
    assert (outputs["hello_port"]["value"], outputs["orders_port"]["value"]) == (443, 8443)
    assert not {"hello_host", "hello_audience"} & set(synth(MANY)["producer"]["output"])


def test_commands_speak_https_by_the_host_name(synth: Synth) -> None:
    outputs = synth(HTTPS)["consumer"]["output"]
    state = "data.terraform_remote_state.producer[0].outputs"
    hello = outputs["hello_curl_command"]["value"]
    assert f'audience=${{try({state}.hello_audience, {state}.hello_url, "URL_OF_THE_SERVICE")}}' in hello
    port = f'${{try({state}.hello_port, "443")}}'
    assert (
        f"curl -i --resolve hello.internal.example.com:{port}:10.1.0.5 https://hello.internal.example.com${{" in hello
    )
    assert "--resolve" not in outputs["orders_curl_command"]["value"]
    assert " https://orders.internal.example.com${" in outputs["orders_curl_command"]["value"]
    theirs = outputs["elsewhere_curl_command"]["value"]
    assert "curl -i --resolve theirs.example.com:443:10.1.0.7 https://theirs.example.com/ -H" in theirs
    assert "audience=https://theirs.example.com'" in theirs


def test_advice_for_a_checkout_has_its_counterpart_for_a_bundle() -> None:
    text = f"Step 7: deploy first {advice.deploy('producer')}; {advice.accept('stock-levels')}"
    assert advice.handed_over(text) == (
        "Deploy first (terraform -chdir=producer apply); add it to the variable stock_levels_accept"
    )
