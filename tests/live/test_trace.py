"""./psc trace: each hop out of the log that saw it, what is missing with its switch, and every caller that fits."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from deployment.unusable import UnusableError
from live.trace.document import document
from live.trace.entries import Window
from live.trace.report import Trace, lines
from live.trace.tracing import chosen, point, traced
from standin.faults import Failure
from tests.conftest import CHECKOUT
from tests.live.logs import CONSUMER, PRODUCER, balanced, flow, run
from tests.live.spoiling import accept, connect
from tests.live.world import World

Worlds = Callable[..., World]
SCHEMA = json.loads((CHECKOUT / "live" / "trace.schema.json").read_text())
RULE = f"projects/{CONSUMER}/regions/asia-northeast1/forwardingRules/psc-endpoint"
WINDOW = Window(since=datetime(2026, 11, 28, 14, 3, tzinfo=UTC), until=datetime(2026, 11, 28, 14, 5, tzinfo=UTC))


@pytest.fixture
def there(world: Worlds) -> World:
    """The reference deployment."""
    return world().deploy()


def log_requests(world: World, **more: Any) -> None:
    """Switch the load balancer's log on."""
    record = next(one for one in world.cloud.compute.of("backendServices"))
    record.body["logConfig"] = {"enable": True, **more}


def trace(world: World, *stacks: str, key: str = "") -> Trace:
    """What the logs say of two minutes."""
    found = Trace(environment="default", window=WINDOW, traced=traced(chosen(world.expected(*stacks), key), WINDOW))
    jsonschema.validate(document(found), SCHEMA)
    return found


def told(found: Trace) -> str:
    return "\n".join(lines(found))


def test_every_hop_has_its_address_and_the_log_that_saw_it(there: World) -> None:
    log_requests(there)
    connection = there.cloud.connections[RULE].id
    run(there.cloud, "14:03:07.5")
    balanced(there.cloud, "14:03:07.498")
    flow(there.cloud, "14:03:05", "14:03:10", connection=connection)
    flow(there.cloud, "14:03:05", "14:03:10", connection=connection, back=True)
    found = trace(there)
    assert [" ".join(line.split()) for line in lines(found)] == [
        "hello: 1 request",
        "GET /orders?page=2 at 14:03:07.500Z: 200 in 12 ms",
        "-> test-vm 10.1.0.2:43210 -> psc-endpoint 10.1.0.5:80 flow log 14:03:05.000Z to 14:03:10.000Z, "
        f"connection {connection}",
        f"-> NAT 10.0.3.2 of hello-service-attachment load balancer's log; psc-endpoint (connection {connection})",
        "-> Envoy, an address of 10.0.2.0/24 proxy-only subnet",
        "-> hello-service, remote fda3:e722:ac3:cc00::1 request log",
        "trace of default: 1 request, 14:03:00.000Z to 14:05:00.000Z; the caller of 1 is known",
    ]
    assert found.code == 0


def test_logs_that_are_off_are_named_with_their_switches(there: World) -> None:
    run(there.cloud, "14:03:07.5")
    for subnet in there.cloud.compute.of("subnetworks", CONSUMER):
        subnet.body["logConfig"] = {"enable": False}
    text = told(trace(there))
    assert (
        "the load balancer's log is off: request_log: true in producer.services.hello, and ./psc cdktf deploy" in text
    )
    assert "is off; flow_logs: {enabled: true} in consumers.consumer, and ./psc cdktf deploy consumer" in text
    assert "NAT 10.0.3.2 of hello-service-attachment" in text, "there is one connection"
    assert "the only connection that there is now" in text
    assert "the caller of 0 is known" in text


def test_a_flow_that_was_not_sampled_is_said_to_be_late_or_left_out(there: World) -> None:
    run(there.cloud, "14:03:07.5")
    assert "which is a sample of 50 % of the packets; flow logs come five to ten minutes late" in told(trace(there))


def test_two_vms_at_the_same_time_are_both_told(there: World) -> None:
    run(there.cloud, "14:03:07.5")
    flow(there.cloud, "14:03:05", "14:03:10")
    flow(there.cloud, "14:03:06", "14:03:09", source="10.1.0.7", vm="batch-vm", port=50000)
    flow(there.cloud, "14:04:00", "14:04:05", source="10.1.0.8", vm="later-vm", port=50001)
    found = trace(there)
    text = told(found)
    assert "caller: one of 2 connections that were open then" in text
    assert "test-vm 10.1.0.2:43210" in text
    assert "batch-vm 10.1.0.7:50000" in text
    assert "later-vm" not in text
    assert "the caller of 0 is known" in text
    assert [one["vm"] for one in document(found)["services"][0]["requests"][0]["callers"]] == ["test-vm", "batch-vm"]


def test_the_nat_address_tells_which_consumer_it_was(there: World) -> None:
    log_requests(there)
    accept(there, (CONSUMER, 10), ("friend-project", 1))
    connect(there, "friend-project")
    friend = next(one for one in there.cloud.connections.values() if one.endpoint.endswith("/stranger"))
    run(there.cloud, "14:03:07.5")
    flow(there.cloud, "14:03:05", "14:03:10")
    balanced(there.cloud, "14:03:07.5", friend.nat_ip)
    text = told(trace(there))
    assert f"NAT {friend.nat_ip} of hello-service-attachment" in text
    assert f"stranger (connection {friend.id})" in text
    assert (
        "caller: behind projects/friend-project/regions/asia-northeast1/forwardingRules/stranger, whose flow log"
        in text
    )
    assert "test-vm" not in text, "it called at the same time, by another connection"


def test_without_its_nat_address_a_request_can_be_of_every_consumer(there: World) -> None:
    accept(there, (CONSUMER, 10), ("friend-project", 1))
    connect(there, "friend-project")
    run(there.cloud, "14:03:07.5")
    flow(there.cloud, "14:03:05", "14:03:10")
    found = trace(there)
    text = told(found)
    assert "NAT: one of 2 connections: psc-endpoint 10.0.3.2, stranger 10.0.3.3" in text
    assert "the load balancer's log is off" in text
    assert len(document(found)["services"][0]["requests"][0]["connections"]) == 2


def test_requests_that_fit_two_entries_have_both_and_a_trace_decides(there: World) -> None:
    log_requests(there)
    run(there.cloud, "14:03:07.5", agent="a" * 32)
    balanced(there.cloud, "14:03:07.2", "10.0.3.2", agent="a" * 32)
    balanced(there.cloud, "14:03:07.4", "10.0.3.9", agent="a" * 32)
    text = told(trace(there))
    assert "NAT 10.0.3.2 of" in text
    assert "10.0.3.9 of hello-service-attachment" in text
    assert "no connection that there is now" in text
    there.cloud.log_entries[1]["trace"] = f"projects/{PRODUCER}/traces/{'a' * 32}"
    assert "10.0.3.9" not in told(trace(there)).partition("-> hello-service")[0]


def test_what_the_load_balancer_answers_by_itself_says_so(there: World) -> None:
    balanced(there.cloud, "14:03:07.5", status=503, detail='error="destination_unavailable"')
    text = told(trace(there))
    assert "GET /orders?page=2 at 14:03:07.500Z: 503" in text
    assert 'no service: the load balancer answered by itself (error="destination_unavailable")' in text


def test_alike_requests_are_told_once(there: World) -> None:
    for second in range(5):
        run(there.cloud, f"14:03:0{second}")
    run(there.cloud, "14:03:07", status=403)
    text = told(trace(there))
    assert "200 in 12 ms; 4 more like it" in text
    assert "403 in 12 ms" in text


@pytest.mark.parametrize(
    ("stack", "says", "not_asked"),
    [
        ("producer", "-> hello-service, remote fda3", "vpc_flows"),
        ("consumer", "a connection at 14:03:05.000Z", "run.googleapis.com"),
    ],
)
def test_one_side_alone_tells_what_it_sees(stack: str, says: str, not_asked: str, there: World) -> None:
    run(there.cloud, "14:03:07.5")
    flow(there.cloud, "14:03:05", "14:03:10")
    found = trace(there, stack)
    assert says in told(found)
    assert found.code == 0
    assert not any(not_asked in one.name for one in found.sources)


@pytest.mark.parametrize(
    ("method", "says"),
    [
        (r"logging\..*", "needs roles/logging.viewer on example-producer-project"),
        (r"compute\..*", "needs roles/compute.viewer on example-producer-project"),
    ],
)
def test_what_may_not_be_read_is_said_with_the_role(method: str, says: str, there: World) -> None:
    run(there.cloud, "14:03:07.5")
    there.cloud.faults.methods = [Failure(method, times=0, code=403, message="The caller does not have permission")]
    found = trace(there)
    assert says in told(found)
    assert found.code == (2 if "logging" in method else 0)


@pytest.mark.parametrize("code", [429, 500])
def test_a_broken_cloud_is_unusable_and_no_traceback(code: int, there: World) -> None:
    there.cloud.faults.methods = [Failure(r"logging\..*", times=0, code=code, message="Broken.")]
    found = trace(there)
    assert found.code == 2
    assert "  ! request log: " in told(found)


@pytest.mark.parametrize("body", [{"entries": [1]}, {"entries": [{"timestamp": "now"}]}, {"items": "x", "entries": {}}])
def test_answers_of_another_form_are_no_traceback(body: dict[str, object], there: World) -> None:
    there.always = body
    assert trace(there).code == 2


def test_half_deployed_there_is_nothing_to_tell_and_it_says_so(world: Worlds) -> None:
    there = world().deploy(without=("serviceAttachments", "forwardingRules", "targetHttpProxies"))
    found = trace(there)
    assert found.code == 1
    assert told(found).endswith("no request was logged, 14:03:00.000Z to 14:05:00.000Z")


def test_nothing_that_a_caller_chose_is_printed_raw(there: World) -> None:
    run(there.cloud, "14:03:07.5")
    there.cloud.log_entries[0]["httpRequest"]["requestUrl"] = "http://h/\x1b[2J::error::"
    assert "\x1b" not in told(trace(there))


def test_one_key_is_traced_and_an_unknown_one_refused(there: World) -> None:
    assert len(trace(there, key="psc-endpoint").traced) == 1
    with pytest.raises(
        UnusableError, match="'other' is neither a service nor an endpoint here; there are hello, psc-endpoint"
    ):
        trace(there, key="other")


NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("11:30", "2026-11-28T11:30:00+00:00"),
        ("14:03", "2026-11-27T14:03:00+00:00"),
        ("11:30:15", "2026-11-28T11:30:15+00:00"),
        ("10m", "2026-11-28T11:50:00+00:00"),
        ("2h", "2026-11-28T10:00:00+00:00"),
        ("1d", "2026-11-27T12:00:00+00:00"),
        ("2026-11-20T14:03", "2026-11-20T14:03:00+00:00"),
        ("2026-11-20T14:03:00Z", "2026-11-20T14:03:00+00:00"),
        ("2026-11-20T14:03:00+09:00", "2026-11-20T14:03:00+09:00"),
    ],
)
def test_times_are_taken_as_people_write_them(text: str, wanted: str) -> None:
    assert point(text, NOW).isoformat() == wanted


@pytest.mark.parametrize("text", ["", "noon", "25:00", "m", "10", "1w", "2026-13-01", "9" * 15 + "d",
                                  "²d", "0001-01-01T00:00:00+14:00"])  # fmt: skip
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(UnusableError, match="is not a time; give HH:MM"):
        point(text, NOW)
