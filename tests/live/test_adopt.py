"""Verdicts on what exists: what is asked, what is harmless, and which key says what is different."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.loading import load
from deployment.kinds import KINDS
from deployment.kinds.cloud_run import FIRST_SERVICE, OTHER_PERMISSIONS
from deployment.kinds.kind import Kind
from deployment.output_folder import StackFolder, stacks_of
from deployment.stack import Item, Stack
from deployment.values import Json
from live.adopt.adoption import Adopted, Adoption
from live.adopt.beside import IMPORTS, OVER, beside, new_triggers
from live.adopt.harmless import HARMLESS
from live.adopt.inventory import Found, at, inventory
from live.adopt.keys import KEYS, keys_of
from live.adopt.report import document, lines
from live.adopt.verdicts import Verdict, unread, verdicts
from live.client import Client
from live.failures import AnswerError
from live.reader import Reader
from live.sides import sides
from standin.faults import Failure
from tests.conftest import CHECKOUT, REFERENCE
from tests.live.world import ELSEWHERE, World

Worlds = Callable[..., World]
PRODUCER, CONSUMER = "example-producer-project", "example-consumer-project"
ATTACHMENT = "projects/p/regions/r/serviceAttachments/"
NAMES = keys_of(["hello", "psc-endpoint"])


def found(world: World, name: str) -> dict[str, Found]:
    """What there is of a stack, by address."""
    named = {side.stack.name: side for side in sides(world.stacks.values(), lambda _: Client(world, ELSEWHERE), {})}
    readers = {side.project: side.reader for side in named.values()}
    return {one.address: one for one in inventory(named[name], readers, named[name].stack.items)}


def entry(address: str, before: Json | None, after: Json | None, *actions: str, **more: Any) -> Json:
    """An entry of a plan's changes; of one that exists by an import."""
    change = {"actions": list(actions), "before": before, "after": after, **more}
    if before is not None:
        change.setdefault("importing", {"id": "id"})
    return {"address": address, "type": address.partition(".")[0], "mode": "managed", "change": change}


def judged(*entries: Json, stack: str = "producer", there: tuple[Found, ...] = ()) -> Verdict:
    """The verdict on the first entry of a plan."""
    told = verdicts(stack, {"resource_changes": list(entries)}, there, NAMES)
    return next(one for one in told if one.address == entries[0]["address"])


def test_of_what_is_half_deployed_the_rest_is_absent(world: Worlds) -> None:
    here = world().deploy(without=("hello-forwarding-rule", "serviceAttachments"))
    there = found(here, "producer")
    assert [one.address for one in there.values() if one.stands != "there"] == [
        "google_compute_forwarding_rule.hello",
        "google_compute_service_attachment.hello",
        "google_compute_subnetwork.hello_nat_10_0_3_0_24",  # called otherwise in this cloud
    ]
    account = here.cloud.project(CONSUMER).default_account
    member = there["google_cloud_run_v2_service_iam_member.hello_example_consumer_project_compute"]
    assert member.id.split(" ")[1:] == ["roles/run.invoker", f"serviceAccount:{account}"]
    group = there["google_compute_region_network_endpoint_group.hello"]
    assert group.recorded == {"first_service": {"service": "hello-service"}}


def test_a_grant_under_a_condition_is_another_one(world: Worlds) -> None:
    here = world().deploy()
    here.grant(condition={"title": "weekdays", "expression": "true"})
    there = found(here, "producer")
    assert there["google_cloud_run_v2_service_iam_member.hello_example_consumer_project_compute"].stands == "absent"


def test_in_an_empty_cloud_nothing_is_there_and_nothing_is_unknown(world: Worlds) -> None:
    assert {one.stands for one in found(world(), "producer").values()} == {"absent"}


def test_of_an_answer_in_another_form_nothing_is_known(world: Worlds) -> None:
    here = world().deploy()
    here.always = {"bindings": 5, "name": "projects/123456789012"}
    there = found(here, "producer")
    (grant,) = (one for one in there.values() if "_iam_" in one.address)
    assert grant.stands == "unknown"
    assert "not the form that its API describes" in grant.why


def test_where_an_api_is_off_nothing_of_it_exists(world: Worlds) -> None:
    here = world().deploy()
    here.cloud.project(PRODUCER).apis.discard("run.googleapis.com")
    there = found(here, "producer")
    assert there["google_cloud_run_v2_service.hello"].stands == "absent"
    assert there["google_compute_network.network"].stands == "there"


def test_an_api_that_is_off_elsewhere_is_told_with_the_command(world: Worlds) -> None:
    here = world().deploy()
    here.cloud.project(PRODUCER).apis.discard("run.googleapis.com")
    here.cloud.faults.methods = [Failure(r"serviceusage\..*", times=0, code=403, message="No")]
    told = {one.address: one for one in unread("producer", found(here, "producer").values())}
    assert "gcloud services enable run.googleapis.com" in told["google_cloud_run_v2_service.hello"].text


def test_what_may_not_be_read_is_told_with_the_role(world: Worlds) -> None:
    there = world().deploy()
    there.cloud.faults.methods = [
        Failure(r"compute\.urlMaps\..*|compute\.regionUrlMaps\..*", times=0, code=403, message="No")
    ]
    (one,) = unread("producer", found(there, "producer").values())
    assert (one.address, one.needs) == ("google_compute_region_url_map.hello", f"roles/compute.viewer on {PRODUCER}")


def test_a_number_that_may_not_be_read_is_one_sentence(world: Worlds) -> None:
    there = world().deploy()
    there.cloud.faults.methods = [Failure(r"cloudresourcemanager\..*", times=0, code=403, message="No")]
    (one,) = unread("producer", found(there, "producer").values())
    assert "give project_number in the configuration" in one.text


def test_a_name_with_its_content_at_the_end_is_given_where_the_plain_one_exists(world: Worlds) -> None:
    other = json.dumps({**load(REFERENCE, {}).settings.model_dump(exclude_unset=True)})
    config = json.loads(other)
    config["producer"]["services"]["hello"]["port"] = 8080
    here = world(json.dumps(config)).deploy()
    address = "google_compute_forwarding_rule.hello"
    one = found(here, "producer")[address]
    assert one.stands == "absent"
    assert one.plain.endswith("/hello-forwarding-rule")
    told = judged(entry(address, None, {}, "create"), there=(one,))
    assert told.state == "differs"
    assert told.remedy == ("set producer.services.hello.names.forwarding_rule: hello-forwarding-rule",)


@pytest.mark.parametrize("rule", HARMLESS, ids=lambda rule: f"{rule.type}.{rule.path}")
def test_each_harmless_update_is_one_and_its_neighbour_is_not(rule: Any) -> None:
    type_ = "google_compute_network" if rule.type == "*" else rule.type
    *above, last = rule.path.split(".")
    live, wanted = (
        other if type(given) is object else given for given, other in ((rule.live, "former"), (rule.wanted, "other"))
    )
    if rule.alike:
        live, wanted = ["b", "a"], ["a", "b"]
    if rule.like:  # of which the entries are judged one by one
        live, wanted = {"team": "a"}, {}

    def body(value: Any, name: str) -> Any:
        inner: Any = {name: value}
        for part in reversed(above):
            inner = {part: [inner]}
        return inner | ({rule.like: {"team": "a"}} if rule.like else {})

    told = judged(entry(f"{type_}.x", body(live, last), body(wanted, last), "update"))
    assert (told.state, told.parts[0].why) == ("harmless", rule.why)
    told = judged(entry(f"{type_}.x", body(live, "other"), body(wanted, "other"), "update"))
    assert told.state == "differs"


def test_protection_that_google_has_itself_is_not_lifted_in_passing() -> None:
    change = {"live": {"deletion_protection": True}, "wanted": {"deletion_protection": False}}
    for address, state in (
        ("google_compute_instance.vm", "differs"),
        ("google_cloud_run_v2_service.hello", "harmless"),
    ):
        assert judged(entry(address, change["live"], change["wanted"], "update")).state == state


@pytest.mark.parametrize(
    ("address", "live", "wanted", "key", "value", "stack"),
    [
        ("google_compute_service_attachment.hello",
         {"consumer_accept_lists": [{"project_id_or_num": "p", "connection_limit": 3}]},
         {"consumer_accept_lists": [{"project_id_or_num": "p", "connection_limit": 10}]},
         "producer.services.hello.accept", {"p": 3}, "producer"),
        ("google_cloud_run_v2_service.hello", {"template": [{"timeout": "60s"}]}, {"template": [{"timeout": "300s"}]},
         "producer.services.hello.timeout_seconds", 60, "producer"),
        ("google_cloud_run_v2_service.hello",
         {"template": [{"containers": [{"env": [{"name": "A", "value": "1"}, {"name": "T", "value_source": [
             {"secret_key_ref": [{"secret": "token", "version": "3"}]}]}]}]}]},
         {"template": [{"containers": [{"env": [{"name": "A", "value": "1"}]}]}]},
         "producer.services.hello.secrets", {"T": {"secret": "token", "version": "3"}}, "producer"),
        ("google_cloud_run_v2_service.hello",
         {"template": [{"vpc_access": [{"egress": "ALL_TRAFFIC", "network_interfaces": [
             {"subnetwork": "s", "tags": []}]}]}]},
         {"template": [{"vpc_access": []}]},
         "producer.services.hello.vpc_access", {"subnet": "s", "egress": "ALL_TRAFFIC"}, "producer"),
        ("google_cloud_run_v2_service.hello", {"effective_labels": {"team": "a"}}, {"effective_labels": {"team": "b"}},
         "producer.services.hello.labels.team", "a", "producer"),
        ("google_compute_subnetwork.hello_nat_10_0_3_0_24", {"ip_cidr_range": "10.0.4.0/24"},
         {"ip_cidr_range": "10.0.3.0/24"}, "producer.services.hello.nat_ranges", ["10.0.4.0/24"], "producer"),
        ("google_compute_forwarding_rule.psc_endpoint", {"target": f"https://x/compute/v1/{ATTACHMENT}a"},
         {"target": f"{ATTACHMENT}b"},
         "consumers.consumer.endpoints.psc-endpoint.service_attachment", f"{ATTACHMENT}a", "consumer"),
        ("google_compute_region_backend_service.hello", {"log_config": [{"enable": True, "sample_rate": 0.1}]},
         {"log_config": [{"enable": True, "sample_rate": 1}]}, "producer.services.hello.request_log.sample", 0.1,
         "producer"),
        ("google_compute_subnetwork.subnet", {"log_config": [{"flow_sampling": 0.1}]},
         {"log_config": [{"flow_sampling": 0.5}]}, "consumers.consumer.flow_logs.sampling", 0.1, "consumer"),
    ],
)  # fmt: skip
def test_what_differs_is_told_with_key_and_value(
    address: str, live: Json, wanted: Json, key: str, value: Any, stack: str
) -> None:
    told = judged(entry(address, live, wanted, "update"), stack=stack)
    assert told.state == "differs"
    setting = told.parts[0].setting
    assert setting is not None
    assert (setting.key, setting.value) == (key, value)


SERVICE = "google_cloud_run_v2_service.hello"


def test_a_label_that_exists_is_no_difference_where_the_configuration_sets_it() -> None:
    same = {"effective_labels": {"team": "a"}, "effective_annotations": {"x/y": "z"}}
    given = {**same, "labels": {"team": "a"}, "terraform_labels": {"team": "a"}, "annotations": {"x/y": "z"}}
    told = judged(entry(SERVICE, {**same, "labels": {}, "terraform_labels": {}, "annotations": None}, given, "update"))
    assert told.state == "harmless"
    other = {**given, "labels": {"team": "b"}, "effective_labels": {"team": "b"}}
    told = judged(entry(SERVICE, {**same, "labels": {}}, other, "update"))
    assert [part.setting.key for part in told.parts if part.setting] == ["producer.services.hello.labels.team"]


def test_a_label_that_does_not_exist_is_taken_out_to_keep_it_so() -> None:
    told = judged(entry(SERVICE, {"effective_labels": {}}, {"effective_labels": {"team": "b"}}, "update"))
    adoption = Adoption(environment="default", wanted=False, allowed=False)
    adoption.stacks = [Adopted(name="producer", project="p", verdicts=(told,))]
    assert any("to keep it so, take producer.services.hello.labels.team out" in line for line in lines(adoption, ""))


def test_labels_of_a_revision_are_those_of_the_service_or_a_difference() -> None:
    def of(labels: Json) -> Verdict:
        live = {"template": [{"labels": labels}], "effective_labels": {"team": "a"}}
        return judged(entry(SERVICE, live, {**live, "template": [{"labels": None}]}, "update"))

    assert of({"client.knative.dev/nonce": "abc", "team": "a"}).state == "harmless"
    assert of({"team": "other"}).state == "differs"
    assert of({"tier": "a"}).state == "differs"


def test_traffic_that_stays_on_a_revision_is_told() -> None:
    live = {"name": "shop", "traffic": [{"percent": 100, "revision": "shop-1"}, {"percent": 0, "revision": "shop-2"}]}
    told = judged(entry(SERVICE, live, live, "no-op"))
    assert told.state == "same"
    (remark,) = told.remedy
    assert "requests go to shop-1 and not to the latest" in remark
    assert "gcloud run services update-traffic shop --to-latest" in remark
    assert judged(entry(SERVICE, {"traffic": [{"percent": 100}]}, {}, "no-op")).remedy == ()


def test_a_plain_name_that_another_one_of_the_stack_has_is_not_to_be_taken(world: Worlds) -> None:
    config = load(REFERENCE, {}).settings.model_dump(exclude_unset=True)
    config["producer"]["services"]["later"] = {"accept": {"consumer": 1}, "nat_ranges": ["10.0.9.0/24"]}
    config["producer"]["network"] = {"nat_subnet_name": "hello-service-nat-0"}
    here = world(json.dumps(config)).deploy(without=("later",))
    assert found(here, "producer")["google_compute_subnetwork.hello_nat_10_0_3_0_24"].stands == "there"
    one = found(here, "producer")["google_compute_subnetwork.later_nat_10_0_9_0_24"]
    assert (one.stands, one.plain) == ("absent", "")


# But for what only reviews know: our stacks make none of these.
OURS = [kind for kind in KINDS if kind.import_id and kind not in (*OTHER_PERMISSIONS, FIRST_SERVICE)]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.type)
def test_every_kind_that_can_be_imported_can_be_asked_for(kind: Kind, world: Worlds) -> None:
    here = world()
    reader = Reader(Client(here, ELSEWHERE, lambda _: None))
    fields = re.findall(r"\{(\w+)\}", str(kind.import_id))
    region = "asia-northeast1"
    known = {"project": PRODUCER, "region": region, "location": region, "zone": f"{region}-b",
             "service": "run.googleapis.com", "type": "A"}  # fmt: skip
    id_ = str(kind.import_id).format(**{field: known.get(field, "x") for field in fields})
    with suppress(AnswerError):
        assert at(Item("a.b", kind.type, {}), id_, reader) is None
    assert len(here.asked) == 1


def test_every_key_is_one_of_the_configuration() -> None:
    schema = json.loads((CHECKOUT / "config" / "schema.json").read_text())

    def of(node: Json, part: str) -> Json:
        for one in (node, *node.get("anyOf", [])):
            named = schema["$defs"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
            if part.startswith("{"):
                patterns = list(named.get("patternProperties", {}).values())
                named = {"properties": {part: next(iter(patterns), named.get("additionalProperties"))}}
            if isinstance(inner := named.get("properties", {}).get(part), dict):
                return inner
        raise AssertionError(f"no {part}")

    for rule in KEYS:
        node = schema
        for part in rule.key.split("."):
            node = of(node, part)


def test_a_replacement_is_refused_with_what_forces_it_first() -> None:
    told = judged(
        entry(
            "google_compute_subnetwork.load_balancer",
            {"description": "a", "ip_cidr_range": "10.0.9.0/24"},
            {"description": None, "ip_cidr_range": "10.0.1.0/24"},
            "delete", "create", replace_paths=[["ip_cidr_range"]],
        )
    )  # fmt: skip
    assert (told.state, told.text) == ("refused", "would be destroyed and made anew because of ip_cidr_range")
    setting = told.parts[0].setting
    assert setting is not None
    assert setting.key == "producer.network.load_balancer_subnet.range"


def test_what_is_in_the_state_is_left_alone_unless_it_would_change() -> None:
    kept = entry("google_compute_network.network", {"name": "n"}, {"name": "n"}, "no-op", importing=None)
    assert judged(kept).state == "kept"
    gone = entry("google_compute_network.old", {"name": "n"}, None, "delete", importing=None)
    assert judged(gone).state == "refused"
    changed = entry("google_compute_network.network", {"mtu": 1500}, {"mtu": 1460}, "update", importing=None)
    assert judged(changed).state == "differs"


def test_what_follows_from_others_is_no_difference_of_its_own() -> None:
    told = judged(
        entry(
            "google_compute_region_backend_service.hello",
            {"fingerprint": "a", "backend": [{"group": "g"}]}, {"backend": [{}]}, "update",
            after_unknown={"fingerprint": True, "backend": [{"group": True}]},
        )
    )  # fmt: skip
    assert (told.state, told.parts) == ("differs", ())
    assert "follows from" in told.text


def test_links_with_and_without_googles_host_are_the_same() -> None:
    link = "projects/p/global/networks/n"
    told = judged(entry("google_compute_subnetwork.load_balancer", {"network": f"https://www.googleapis.com/compute/v1/{link}",
                        "purpose": "A"}, {"network": link, "purpose": "B"}, "update"))  # fmt: skip
    assert [part.difference.path for part in told.parts] == ["purpose"]


def test_of_what_is_in_the_state_nothing_is_left_to_adopt() -> None:
    kept = Verdict(stack="producer", address="a.b", id="x", state="kept", text="b")
    adoption = Adoption(environment="default", wanted=False, allowed=False)
    adoption.stacks = [Adopted(name="producer", project="p", verdicts=(kept,))]
    said = list(lines(adoption, "./psc adopt --apply"))
    assert said[-1] == "adopt of default: nothing to adopt: 1 in the state already"
    assert not any("--apply" in line for line in said)
    absent = Verdict(stack="producer", address="a.c", id="y", state="created", text="c")
    adoption.stacks[0].verdicts = (kept, absent)
    assert "next: ./psc adopt --apply" in list(lines(adoption, "./psc adopt --apply"))


def test_secrets_are_not_shown() -> None:
    env = [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]
    told = judged(entry("google_cloud_run_v2_service.hello", {"template": [{"containers": [{"env": env}]}]},
                        {"template": [{"containers": [{"env": []}]}]}, "update"))  # fmt: skip
    adoption = Adoption(environment="default", wanted=False, allowed=False)
    adoption.stacks = [Adopted(name="producer", project="p", verdicts=(told,))]
    said = "\n".join(lines(adoption, "x")) + json.dumps(document(adoption))
    assert "hunter2" not in said
    assert "(hidden)" in said


def test_the_document_is_as_its_schema_says_and_the_code_follows_from_the_worst(world: Worlds) -> None:
    schema = json.loads((CHECKOUT / "live" / "adopt.schema.json").read_text())
    same = judged(entry("google_compute_network.network", {}, {}, "no-op"))
    differing = judged(entry("google_compute_network.network", {"mtu": 1}, {"mtu": 2}, "update"))
    unknown = Verdict(stack="producer", address="a.b", id="", state="unknown", text="No", needs="roles/x on p")
    for told, allowed, code, verdict in (
        ((same,), False, 0, "adoptable"),
        ((same, differing), False, 1, "hindered"),
        ((same, differing), True, 0, "adoptable"),
        ((unknown,), False, 2, "unusable"),
    ):
        adoption = Adoption(environment="default", wanted=False, allowed=allowed)
        adoption.stacks = [Adopted(name="producer", project="p", verdicts=told)]
        said = document(adoption)
        jsonschema.validate(said, schema)
        assert (adoption.code, said["verdict"]) == (code, verdict)


def test_files_beside_the_stack_are_gone_after_a_failure_too(
    stacks: Callable[..., dict[str, Stack]], tmp_path: Any
) -> None:
    stack = stacks()["consumer"]
    folder = StackFolder("consumer", tmp_path)
    there = [Found(address="a.b", id="x", stands="there"), Found(address="a.c", id="y", stands="absent")]
    place = beside(folder, stack, there, {"hello_port": 80})
    place.__enter__()
    assert json.loads((tmp_path / IMPORTS).read_text()) == {"import": [{"to": "a.b", "id": "x"}]}
    over = json.loads((tmp_path / OVER).read_text())["data"]["terraform_remote_state"]["producer"]
    assert (over["backend"], over["count"]) == ("local", 1)
    assert not place.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None), "it goes on"
    assert not (tmp_path / IMPORTS).exists()
    assert not (tmp_path / OVER).exists()


def test_what_is_published_with_global_access_has_had_it_from_the_start(
    world: Worlds, stacks: Callable[..., dict[str, Stack]], tmp_path: Path
) -> None:
    here = world().deploy()
    for rule in here.cloud.compute.of("forwardingRules"):
        rule.body["allowGlobalAccess"] = True
    there = found(here, "producer")
    is_global = "producer: {project: p-roducer, services: {hello: {global_access: true}}}\n"
    with beside(StackFolder("producer", tmp_path), stacks(is_global)["producer"], there.values(), None):
        over = json.loads((tmp_path / OVER).read_text())
    assert over == {"resource": {"terraform_data": {"hello_global_access": {"input": {"since": "the start"}}}}}
    with beside(StackFolder("producer", tmp_path), here.stacks["producer"], there.values(), None):
        assert not (tmp_path / OVER).exists(), "without global access there is no such record"


def test_a_new_record_replaces_nothing_where_opentofu_would_have_it(
    stacks: Callable[..., dict[str, Stack]], tmp_path: Path
) -> None:
    stack = stacks()["producer"]
    rule, record = "google_compute_forwarding_rule.hello", "terraform_data.hello_forwarding_rule_name"
    created = entry(record, None, {}, "create")
    replaced = entry(rule, {}, {}, "create", "delete") | {"action_reason": "replace_by_triggers"}
    assert new_triggers({"resource_changes": [created]}) == frozenset()
    assert new_triggers({"resource_changes": [created, replaced]}) == {record}
    assert new_triggers({"resource_changes": [entry(record, {}, {}, "update"), replaced]}) == frozenset()

    folder = next(one for one in stacks_of(tmp_path / "out") if one.name == "producer")
    before = folder.file.read_bytes()
    with beside(folder, stack, [], None, {record}):
        shadow = json.loads((folder.folder / "cdk.tofu.json").read_text())
        lifecycle = shadow["resource"]["google_compute_forwarding_rule"]["hello"]["lifecycle"]
        assert lifecycle["replace_triggered_by"] == []
        (invoker,) = shadow["resource"]["google_cloud_run_v2_service_iam_member"].values()
        assert invoker["lifecycle"]["replace_triggered_by"] == ["google_cloud_run_v2_service.hello.uid"]
    assert not (folder.folder / "cdk.tofu.json").exists()
    assert folder.file.read_bytes() == before
