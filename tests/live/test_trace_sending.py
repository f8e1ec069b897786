"""./psc trace that sends: the script really runs in a shell, and what comes back is joined, told, or refused."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from deployment.unusable import UnusableError
from live.trace import shell
from live.trace.answers import taken_apart
from live.trace.document import document
from live.trace.report import Trace, lines
from live.trace.script import script
from live.trace.sending import chance, of_script, sent, target
from live.trace.tracing import chosen, of_ours, seconds
from standin.faults import Failure
from tests.live.logs import flow, run
from tests.live.test_trace import SCHEMA, log_requests
from tests.live.vm import RUN, TOKEN, Vm
from tests.live.world import World

Worlds = Callable[..., World]


@pytest.fixture
def there(world: Worlds) -> World:
    """The reference deployment."""
    return world().deploy()


@pytest.fixture
def vm(there: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vm]:
    """Its test VM, and what answers it."""
    made = Vm(tmp_path / "vm", there.cloud, monkeypatch)
    yield made
    made.close()


def traced(world: World, *stacks: str, count: int = 3, wait: float = 600, key: str = "") -> Trace:
    """Send, wait, and join."""
    to = target(chosen(world.expected(*stacks), key), key)
    found = of_ours("default", sent(to, count), wait)
    jsonschema.validate(document(found), SCHEMA)
    return found


def told(trace: Trace) -> str:
    return "\n".join(lines(trace))


def test_the_way_of_what_was_sent_is_told_hop_by_hop(there: World, vm: Vm) -> None:
    log_requests(there)
    found = traced(there)
    text = re.sub(r"\d\d:\d\d:\d\d\.\d{3}Z", "TIME", re.sub(r"connection \d+", "connection N", told(found)))
    text = re.sub(r"psc-trace/\w{24}", "psc-trace/ID", re.sub(r"127.0.0.1:\d+", "127.0.0.1:PORT", text))
    text = re.sub(r"in \d+( to \d+)? ms", "in N ms", text)
    assert [" ".join(line.split()) for line in text.splitlines()] == [
        "3 requests to http://10.1.0.5/ from test-vm, marked psc-trace/ID",
        "3 answered 200 in N ms",
        "the flow log has 3 of 3: a sample of about 1 of 30 packets, of which 50 % are kept; "
        "that it has one was 37 % likely",
        "hello: 3 requests",
        "GET /orders?page=2 at TIME: 200 in N ms; 2 more like it",
        "-> test-vm 127.0.0.1:PORT -> psc-endpoint 10.1.0.5:80 its curl; flow log TIME to TIME, connection N",
        "-> NAT 10.0.3.2 of hello-service-attachment load balancer's log; psc-endpoint (connection N)",
        "-> Envoy, an address of 10.0.2.0/24 proxy-only subnet",
        "-> hello-service, remote fda3:e722:ac3:cc00::1 request log",
        "trace of default: 3 requests sent, none failed; 3 in the flow log",
    ]
    assert (found.code, there.waited) == (0, 0)


def test_requests_carry_the_token_a_trace_and_a_marker(there: World, vm: Vm) -> None:
    found = traced(there, count=2)
    assert found.sending
    id_ = found.sending.sent.answers.id
    uri = there.call("GET", next(iter(there.cloud.run)).join(("/run/v2/", "")))["uri"]
    assert any(f"?audience={uri}" in words for words in vm.words("curl"))
    assert [one["authorization"] for one in vm.seen] == [f"Bearer {TOKEN}"] * 2
    assert [one["user-agent"] for one in vm.seen] == [f"psc-trace/{id_}-1", f"psc-trace/{id_}-2"]
    assert [one["traceparent"][:36] for one in vm.seen] == [f"00-{id_}00000001-", f"00-{id_}00000002-"]


def test_the_token_is_on_no_command_line_and_not_printed(there: World, vm: Vm) -> None:
    found = traced(there)
    assert vm.seen[0]["authorization"].endswith(TOKEN), "it was sent"
    assert TOKEN not in "\n".join([*vm.words("curl"), *vm.words("gcloud"), told(found), str(document(found))])


def test_gcloud_is_asked_nothing_and_asks_nothing(there: World, vm: Vm) -> None:
    traced(there)
    assert vm.words("gcloud")[0] == (
        "compute ssh test-vm --project=example-consumer-project --zone=asia-northeast1-b --tunnel-through-iap "
        "--quiet --ssh-flag=-oBatchMode=yes --command=sh -c '("
    )


def test_others_at_the_same_time_are_not_ours(there: World, vm: Vm) -> None:
    now = datetime.now(UTC)
    run(there.cloud, now)
    flow(there.cloud, now - timedelta(seconds=5), now + timedelta(seconds=5), vm="other-vm", source="10.1.0.9")
    flow(there.cloud, now - timedelta(seconds=5), now + timedelta(seconds=5), source="127.0.0.1", port=1)
    vm.logs = {"run"}
    text = told(traced(there, count=2, wait=0))
    assert "hello: 2 requests" in text
    assert "other-vm" not in text
    assert "the flow log has none of 2" in text, "what else the VM does is none of it, either"


def test_late_logs_are_waited_for_with_what_is_still_missing(there: World, vm: Vm) -> None:
    log_requests(there)
    vm.logs = set()
    there.after = {7: lambda: vm.let("run"), 20: lambda: vm.let("balanced"), 400: lambda: vm.let("flow")}
    said: list[str] = []
    to = target(chosen(there.expected()), "")
    found = of_ours("default", sent(to, 3), 600, said.append)
    assert found.code == 0
    assert list(dict.fromkeys(said)) == [
        "waiting (Ctrl-C ends that) for the request log: 0 of 3",
        "waiting (Ctrl-C ends that) for the load balancer's log: 0 of 3",
        "waiting (Ctrl-C ends that) for the flow log, which comes five to ten minutes late: 0 of 3",
    ]
    assert 400 <= there.waited < 420, "no longer than it takes"


def test_a_flow_log_that_has_none_is_a_matter_of_chance_and_no_failure(there: World, vm: Vm) -> None:
    vm.logs = {"run"}
    found = traced(there)
    text = told(found)
    assert re.search(
        r"the flow log has none of 3 after 600 s: a sample .* psc-endpoint --since \d\d:\d\d reads what", text
    )
    assert "?  caller: not in the flow log of psc-endpoint, which is a sample of 50 % of the packets" in text
    assert f"127.0.0.1:{found.ways[0].sent.port if found.ways[0].sent else 0} -> psc-endpoint" in text
    assert (found.code, there.waited) == (0, 600)


def test_an_interruption_ends_the_waiting_and_what_is_there_is_told(there: World, vm: Vm) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    vm.logs, there.after = {"run"}, {30: interrupt}
    found = traced(there)
    assert (found.code, there.waited) == (0, 30)
    assert "none of 3 after 25 s" in told(found)


def test_a_request_log_that_never_comes_is_a_gap_and_waiting_ends(there: World, vm: Vm) -> None:
    vm.logs = {"flow"}
    found = traced(there)
    assert "service: not in Cloud Run's request log" in told(found)
    assert told(found).endswith("3 requests sent, none failed; 3 in no log of requests; 3 in the flow log")
    assert (found.code, there.waited) == (1, 60)


@pytest.mark.parametrize(
    ("status", "logs", "says", "repair", "waited"),
    [
        (401, {"run"}, "the ID token is for an audience that", "its audience was https://hello-service-", 0),
        (403, {"run"}, "the VM's account may not call the service", "who lacks roles/run.invoker", 0),
        (404, set(), "does not take requests that come this way (ingress)", "shows its ingress", 20),
        (404, {"run", "flow"}, "that is the service's own answer", "give another page by --path", 0),
        (503, {"balanced"}, "no ACTIVE proxy-only subnet, or no service behind it", "./psc verify tells", 0),
        (503, set(), "no ACTIVE proxy-only subnet, or no service behind it", "./psc verify tells", 20),
        (504, set(), "the service did not answer in time", "raise timeout_seconds", 20),
        (418, {"run", "flow"}, "that is the service's own answer", "--path", 0),
        (0, set(), "the connection was closed without an answer", "./psc verify tells", 0),
    ],
)  # fmt: skip
def test_what_failed_is_told_with_its_cause_and_its_logs_are_not_waited_for(
    status: int, logs: set[str], says: str, repair: str, waited: float, there: World, vm: Vm
) -> None:
    vm.answers, vm.logs = [status], logs
    found = traced(there)
    text = told(found)
    assert says in text
    assert repair in text
    assert (found.code, there.waited) == (1, waited)


@pytest.mark.parametrize(
    ("curl", "says"),
    [
        ("exit 6", "3 not answered (curl's exit code 6): 10.1.0.5 is not found in DNS"),
        ("exit 7", "nothing answers on port 80"),
        ("exit 28", "no answer in time: the connection is not ACCEPTED, or a firewall rule"),
        ("exit 35", "there was no TLS handshake: the certificate is not there yet"),
        ("exit 60", "the certificate is for another host or has expired"),
        ("exit 1", "the port may not speak HTTP"),
        ("exit 77", "curl ended with exit code 77"),
    ],
)
def test_what_nobody_answers_is_told_and_ends_soon(curl: str, says: str, there: World, vm: Vm) -> None:
    said = "printf '000,,0,0.000145'"
    vm.program("curl", f'case "$*" in *computeMetadata*) printf {TOKEN};; *) {said}; {curl};; esac')
    found = traced(there, count=20)
    assert says in told(found)
    assert told(found).endswith("3 requests sent, 3 failed"), "three are enough to know"
    assert (found.code, there.waited) == (1, 0)


def test_some_fail_and_the_others_have_their_way(there: World, vm: Vm) -> None:
    vm.answers = [200, 503, 200]
    found = traced(there)
    assert re.search(r"2 answered 200 in .*\n  1 answered 503 in", told(found))
    assert told(found).endswith("3 requests sent, 1 failed; 3 in the flow log")
    assert found.code == 1


@pytest.mark.parametrize(
    ("errors", "code", "says"),
    [
        ("ERROR: (gcloud.compute.ssh) You do not currently have an active account selected.", 1, "`gcloud auth login`"),
        ("ERROR: (gcloud.compute.ssh) There was a problem refreshing your auth tokens", 1, "`gcloud auth login`"),
        ("ERROR: [0] Error during local connection to [stdin]: Error while connecting [4033: 'not authorized'].", 255,
         "without roles/iap.tunnelResourceAccessor on example-consumer-project"),
        ("Error while connecting [4003: 'failed to connect to backend']. (Failed to connect to port 22)", 255,
         "does not reach port 22 of test-vm"),
        ("Error while connecting [4047: 'Failed to lookup instance'].", 255, "gcloud compute instances start test-vm"),
        ("Required 'compute.instances.get' permission for 'projects/p'", 1, "roles/compute.viewer"),
        ("Required 'compute.projects.setCommonInstanceMetadata' permission", 1, "roles/compute.osLogin"),
        ("The resource 'projects/p/zones/z/instances/test-vm' was not found", 1, "there is no VM test-vm in"),
        ("me@compute.1: Permission denied (publickey).", 255, "load it by ssh-add"),
        ("Host key verification failed.", 255, "has another host key than before"),
        ("ssh: Could not resolve hostname: Name or service not known", 255, "is there a network"),
        ("Error while connecting [failed CONNECT via \x1b proxy].\nERROR: Could not SSH into the instance.", 1,
         r"opens no tunnel to test-vm: failed CONNECT via \x1b proxy"),
        ("ERROR: (gcloud.compute.ssh) Could not SSH into the instance.", 1, "does not know the key yet: try again"),
        ("Broken.\x1b[2J", 9, r"failed with exit code 9: Broken.\\x1b[2J"),
        ("", 255, "failed with exit code 255: it says nothing"),
    ],
)  # fmt: skip
def test_a_shell_that_is_not_had_is_one_sentence(errors: str, code: int, says: str, there: World, vm: Vm) -> None:
    (vm.folder / "errors").write_text(errors)
    vm.program("gcloud", f"cat {vm.folder}/errors >&2; exit {code}")
    with pytest.raises(UnusableError) as refused:
        traced(there)
    assert says.replace("\\\\", "\\") in str(refused.value)
    assert "\n" not in str(refused.value)
    assert vm.seen == []


def test_without_gcloud_or_its_key_it_is_said_before_anything_is_begun(
    there: World, vm: Vm, monkeypatch: pytest.MonkeyPatch
) -> None:
    (vm.folder / "home" / ".ssh" / "google_compute_engine").unlink()
    with pytest.raises(UnusableError, match="gcloud has no SSH key yet .* run `gcloud compute ssh test-vm --project="):
        traced(there)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnusableError, match="gcloud is not on PATH"):
        traced(there)
    assert vm.words("gcloud") == []


def test_a_shell_that_hangs_is_closed_with_all_that_it_started(
    there: World, vm: Vm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "_CONNECTING", -9)
    monkeypatch.setattr("live.trace.sending.longest", lambda _: 10.0)
    vm.program("gcloud", f"sleep 600 & echo $! > {vm.folder}/child; wait")
    with pytest.raises(UnusableError, match="did not end within 1 s, and was closed"):
        traced(there)
    child = int((vm.folder / "child").read_text())
    assert not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]


def test_a_connection_that_breaks_leaves_what_is_there(there: World, vm: Vm) -> None:
    vm.program("gcloud", f"{RUN} | head -n 3; echo Connection closed >&2; exit 255")
    found = traced(there)
    assert "2 of 3 were sent: gcloud compute ssh failed with exit code 255: Connection closed" in told(found)
    assert "hello: 2 requests" in told(found)
    assert found.code == 1


def test_a_vm_that_gives_no_token_or_has_no_curl_says_so(there: World, vm: Vm) -> None:
    for vm.token in (None, "", "two\nlines", "<html>"):
        with pytest.raises(UnusableError, match="the VM's metadata server gives no ID token"):
            traced(there)
    assert vm.seen == [], "nothing is sent without"
    vm.program("gcloud", f"mkdir {vm.folder}/bin; ln -s /bin/sh {vm.folder}/bin; export PATH={vm.folder}/bin; {RUN}")
    with pytest.raises(UnusableError, match="there is no curl on the VM"):
        traced(there)
    vm.program("gcloud", "exit 0")
    with pytest.raises(UnusableError, match="nothing that the script prints came back"):
        traced(there)


HOSTILE = """psc-trace ID begin 2
psc-trace ID 1 1795878884 0 200,10.1.0.2,52610,0.014771
psc-trace ID 2 1795878884 0 200,10.1.0.2,52612,0.014771
psc-trace ID end
"""


def test_what_a_shell_prints_besides_is_no_matter() -> None:
    text = f"Welcome to Debian\r\n{HOSTILE}\x1b[0m$ ".replace("ID", "ab" * 12).replace("\n", " \r\n")
    answers = taken_apart(text)
    assert [(one.number, one.status, one.source, one.port) for one in answers.answers] == [
        (1, 200, "10.1.0.2", 52610),
        (2, 200, "10.1.0.2", 52612),
    ]
    assert answers.ended


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("200,10.1", "200,10.1.0.2\x1b[2J,"),
        ("10.1.0.2,52610", "10.1.0.999,52610"),
        ("10.1.0.2,52610", "10.1.0.2,99999"),
        ("0 200", "0 999"),
        ("0 200", "0 -20"),
        ("ID 2", "ID 1"),
        ("ID 2", "ID 3"),
        ("begin 2", "begin 999999"),
        ("begin 2", "begin 0"),
        ("1 1795878884", "1 0000000000"),
        ("1 1795878884", "1 99999999999"),
        ("0.014771", "0.014771; rm -rf"),
        ("ID end", "ID ::error::"),
        ("ID 2", "ab0000000000000000000000 2"),
        ("psc-trace", "psc trace"),
    ],
)
def test_what_the_script_does_not_print_is_refused_whole(old: str, new: str) -> None:
    text = HOSTILE.replace(old, new).replace("ID", "ab" * 12)
    with pytest.raises(UnusableError) as refused:
        taken_apart(text, "ab" * 12)
    assert str(refused.value).isprintable()
    assert new not in str(refused.value)


def test_a_vm_that_never_stops_talking_is_heard_for_a_while(there: World, vm: Vm) -> None:
    vm.program("gcloud", "yes psc-trace | head -c 9000000; exit 0")
    with pytest.raises(UnusableError, match="nothing that the script prints came back"):
        traced(there)


def test_a_script_is_pasted_and_what_it_printed_brought_back(there: World, vm: Vm) -> None:
    to = target(chosen(there.expected()), "")
    text = script(to.called, "cd" * 12, 2)
    assert "!" not in text, "an interactive shell would take it for its history"
    printed = subprocess.run(["sh"], input=text, capture_output=True, text=True, check=True).stdout
    found = of_ours("default", of_script(to, printed), 600)
    text = told(found)
    assert text.startswith("2 requests to http://10.1.0.5/, marked psc-trace/cdcdcd")
    assert "-> test-vm 127.0.0.1:" in text, "the flow log tells which VM it was"
    assert (found.code, vm.words("gcloud")) == (0, [])


BOTH = """
region: asia-northeast1
producer:
  project: my-producer
  services:
    hello: {image: us-docker.pkg.dev/cloudrun/container/helloHTTPS}
consumers:
  consumer:
    project: my-consumer
    endpoints:
      psc-endpoint: {service: hello, address: 10.1.0.5}
"""
TWO = BOTH.replace("HTTPS", "") + "      second: {service: hello, address: 10.1.0.6}\n"
WITHOUT_VM = BOTH.replace("HTTPS", "") + "    test_vm: {enabled: false}\n"
CERTIFICATE = "projects/my-producer/locations/asia-northeast1/certificates/orders"
HTTPS = BOTH.replace("HTTPS", f", https: {{host: orders.example.com, certificate: {CERTIFICATE}}}").replace(
    "0.5}", "0.5DNS}"
)
ELSEWHERE = """
region: asia-northeast1
consumers:
  shop:
    project: my-shop
    endpoints:
      orders:
        service_attachment: projects/vendor/regions/asia-northeast1/serviceAttachments/orders
        address: 10.1.0.9
        port: 8080
URL"""


OTHER_SHOP = """
  other:
    project: other-shop
    endpoints:
      orders:
        service_attachment: projects/vendor/regions/asia-northeast1/serviceAttachments/orders
        address: 10.1.0.9
        host: shop.example.com
"""


def called(world: World, key: str = "", audience: str = "", path: str = "/") -> tuple[str, str, str]:
    """What is called: URL, where its host is, audience."""
    found = target(chosen(world.expected(), key), key, audience, path).called
    return found.url, found.resolve, found.audience


def test_of_several_endpoints_one_is_named(world: Worlds) -> None:
    there = world(TWO).deploy()
    with pytest.raises(UnusableError, match=r"several endpoints: psc-endpoint \(--stack consumer\), second"):
        called(there)
    with pytest.raises(UnusableError, match="several endpoints"):
        called(there, "hello")
    assert called(there, "second")[0] == "http://10.1.0.6/"


def test_without_a_test_vm_the_other_ways_are_told(world: Worlds) -> None:
    there = world(WITHOUT_VM).deploy()
    with pytest.raises(UnusableError, match=r"consumer has no test VM .* --script prints .* --since TIME reads"):
        traced(there)


@pytest.mark.parametrize(
    ("dns", "resolve"), [("", "orders.example.com:443:10.1.0.5"), (", dns: true", "")], ids=["no DNS", "DNS"]
)
def test_https_is_called_by_its_host(dns: str, resolve: str, world: Worlds) -> None:
    there = world(HTTPS.replace("DNS", dns))
    wanted = "https://orders.example.com"
    assert called(there, path="/a?b=c") == (f"{wanted}/a?b=c", resolve, wanted)


@pytest.mark.parametrize(
    ("url", "audience"), [("        url: https://orders-x.a.run.app\n", "https://orders-x.a.run.app"), ("", "")]
)
def test_a_service_elsewhere_is_called_with_the_url_that_is_known(url: str, audience: str, world: Worlds) -> None:
    assert called(world(ELSEWHERE.replace("URL", url))) == ("http://10.1.0.9:8080/", "", audience)


def test_two_consumers_with_endpoints_of_one_name_have_their_own(world: Worlds) -> None:
    there = world(ELSEWHERE.replace("URL", "") + OTHER_SHOP)
    with pytest.raises(UnusableError, match=r"orders \(--stack other\), orders \(--stack shop\)"):
        called(there, "orders")
    urls = [target(chosen(there.expected(name)), "").called.url for name in ("shop", "other")]
    assert urls == ["http://10.1.0.9:8080/", "https://shop.example.com/"]


def test_an_audience_that_is_not_known_can_be_given(there: World) -> None:
    there.cloud.faults.methods = [Failure(r"run\..*", times=0, code=403, message="Denied")]
    with pytest.raises(
        UnusableError, match=r"is not known: .* needs roles/run.viewer on .*; or give it: --audience URL"
    ):
        called(there)
    assert called(there, audience="https://a.run.app")[2] == "https://a.run.app"
    there.cloud.faults.methods = []
    there.cloud.run.clear()
    with pytest.raises(UnusableError, match="there is no Cloud Run service hello-service with a URL"):
        called(there)


@pytest.mark.parametrize(
    ("audience", "path"), [("a b", "/"), ("https://x\nrm", "/"), ("", "orders"), ("", "/a'b"), ("", "/\n")]
)
def test_what_is_no_url_is_refused(audience: str, path: str, there: World) -> None:
    with pytest.raises(UnusableError, match="is no"):
        called(there, audience=audience, path=path)


def test_the_consumers_side_alone_tells_what_it_sees(there: World, vm: Vm) -> None:
    found = traced(there, "consumer")
    assert "-> test-vm 127.0.0.1:" in told(found)
    assert told(found).endswith("3 requests sent, none failed; 3 in the flow log")
    assert found.code == 0


def test_logs_that_may_not_be_read_are_said_and_not_waited_for(there: World, vm: Vm) -> None:
    there.cloud.faults.methods = [Failure(r"logging\..*", times=0, code=403, message="Denied")]
    found = traced(there)
    assert "needs roles/logging.viewer on example-producer-project" in told(found)
    assert (found.code, there.waited) == (2, 0)


def test_the_chance_of_a_flow_is_what_the_documentation_says() -> None:
    assert [round(chance(20, share), 3) for share in (1, 0.5, 0.1)] == [0.999, 0.955, 0.442]


@pytest.mark.parametrize(("text", "wanted"), [("10m", 600), ("90s", 90), ("0s", 0), ("1h", 3600)])
def test_a_wait_is_taken_as_people_write_it(text: str, wanted: float) -> None:
    assert seconds(text) == wanted


@pytest.mark.parametrize("text", ["", "10", "2h", "1d", "-5m", "m", "99999999s", "²m"])
def test_other_waits_are_refused(text: str) -> None:
    with pytest.raises(UnusableError, match="is not a time of at most an hour"):
        seconds(text)
