"""Steps 7 to 10 of the walk-through, filled in and ready to paste: what a consumer's outputs tell people to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloudrun_psc.rules.defaults import HTTP_PORT, HTTPS_PORT
from config.settings import ConsumerSettings, EndpointSettings, Settings

UNKNOWN_URL = "URL_OF_THE_SERVICE"
# The outputs that say how the service is called: with an ID token where it is one of Cloud Run, else by TCP alone.
CALLS = CURL, CONNECT = "curl_command", "connect_command"
VM_SHELL = "test_vm_ssh_command"
METADATA = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What the texts are filled with; self_link, url and port (with its colon) may be Terraform expressions.

    `url` is the audience of an ID token. `host` is "" where HTTP is spoken; `port_number` is the port by itself.
    """

    settings: Settings
    side: ConsumerSettings
    endpoint: EndpointSettings
    self_link: str
    url: str
    port: str
    host: str = ""
    port_number: str = ""

    @property
    def is_of_cloud_run(self) -> bool:
        """Whether a service with ID tokens and a request log answers, as far as the configuration tells."""
        return self.endpoint.service is not None or self.endpoint.url is not None


def ssh(side: ConsumerSettings) -> str:
    """Step 8, first half."""
    vm = side.test_vm
    return f"gcloud compute ssh {vm.name} --project={side.project} --zone={vm.zone} --tunnel-through-iap"


def of(facts: Endpoint) -> Mapping[str, tuple[str, str]]:
    """The ending of each output's name, with its text and its description."""
    texts = {"describe_command": (_describe(facts), "Step 7: shows the connection from both sides.")}
    if facts.is_of_cloud_run:
        texts[CURL] = _curl(facts), "Step 8: calls the service from the test VM."
        texts["request_log_query"] = _request_log(facts), "Step 9: who the service saw."
    else:
        texts[CONNECT] = _connect(facts), "Step 8: opens a TCP connection from the test VM."
    if facts.side.flow_logs.enabled:
        texts["flow_log_query"] = (_flow_log(facts), "Step 10: which VM really called.")
    return texts


def _describe(facts: Endpoint) -> str:
    return "\n".join(
        [
            "# Expected: ACCEPTED. PENDING: the producer has not accepted this project.",
            f"gcloud compute forwarding-rules describe {facts.endpoint.name} --project={facts.side.project} "
            f"--region={facts.settings.region} --format='value(pscConnectionStatus)'",
            "# The same from the producer's side (needs compute.viewer there):",
            # gcloud wants a project even where the link names one.
            f"gcloud compute service-attachments describe {facts.self_link} --project={_producer_project(facts)} "
            "--format='yaml(connectedEndpoints)'",
        ]
    )


def _curl(facts: Endpoint) -> str:
    if facts.host:
        return _curl_https(facts)
    return "\n".join(
        [
            "# On the test VM. Expected: HTTP/1.1 200 OK and the page. 401: the token's audience is not",
            "# the service's URL.",
            "# 403: the VM's account is no invoker. 503: no proxy-only subnet, no backend. Time-out: not ACCEPTED.",
            f"TOKEN=$(curl -s -H 'Metadata-Flavor: Google' '{METADATA}?audience={facts.url}')",
            f'curl -i http://{facts.endpoint.address}{facts.port}/ -H "Authorization: Bearer $TOKEN"',
        ]
    )


def _curl_https(facts: Endpoint) -> str:
    """Without DNS the client is told where the host is; the certificate is checked all the same."""
    resolve = f"--resolve {facts.host}:{facts.port_number}:{facts.endpoint.address} "
    resolve = "" if facts.endpoint.dns else resolve
    return "\n".join(
        [
            "# On the test VM. Expected: HTTP/2 200 and the page. 401: the token's audience is not the service's.",
            "# 403: the VM's account is no invoker. 503: no proxy-only subnet, no backend. Time-out: not ACCEPTED.",
            *(["# curl: (6): the record in private DNS is not there."] if facts.endpoint.dns else []),
            "# curl: (35): the certificate is not there yet. curl: (60): it is of another host, or of an authority",
            "# that the VM does not know; with --cacert FILE curl is told of a private one.",
            f"TOKEN=$(curl -s -H 'Metadata-Flavor: Google' '{METADATA}?audience={facts.url}')",
            f'curl -i {resolve}https://{facts.host}{facts.port}/ -H "Authorization: Bearer $TOKEN"',
        ]
    )


def _connect(facts: Endpoint) -> str:
    """For a service of which only the attachment is known: a database, or what a vendor publishes."""
    port = facts.endpoint.port or (HTTPS_PORT if facts.host else HTTP_PORT)
    return "\n".join(
        [
            "# On the test VM. Expected: connected. A time-out: not ACCEPTED, or nothing answers on this port.",
            f"timeout 10 bash -c '</dev/tcp/{facts.endpoint.address}/{port}' && echo connected",
        ]
    )


def _producer_project(facts: Endpoint) -> str:
    if facts.settings.producer is not None and facts.endpoint.service is not None:
        return facts.settings.producer.project
    return facts.self_link.partition("projects/")[2].partition("/")[0]


def _request_log(facts: Endpoint) -> str:
    producer, service = facts.settings.producer, facts.endpoint.service
    condition, project = 'resource.type="cloud_run_revision"', _producer_project(facts)
    run = producer.services[service].names.service if producer is not None and service is not None else ""
    if run:  # behind a load balancer of others, nothing is known of what runs
        condition += f' AND resource.labels.service_name="{run}"'
    condition += f' AND logName="projects/{project}/logs/run.googleapis.com%2Frequests"'
    return "\n".join(
        [
            "# In the producer's project, some seconds after a call. remoteIp is an internal IPv6 address of Google's",
            "# fabric, never the VM's: the flow log has that.",
            f"gcloud logging read '{condition}' --project={project} --limit=10 --format="
            "'table(timestamp,httpRequest.remoteIp,httpRequest.status,httpRequest.userAgent)'",
        ]
    )


def _flow_log(facts: Endpoint) -> str:
    project = facts.side.project
    condition = (
        f'logName="projects/{project}/logs/compute.googleapis.com%2Fvpc_flows" '
        # Entries have the endpoint's name since September 2026, where metadata are logged; those of answers, too.
        f'AND (jsonPayload.connection.dest_ip="{facts.endpoint.address}" '
        f'OR (jsonPayload.psc.psc_endpoint.name="{facts.endpoint.name}" AND jsonPayload.reporter="SRC"))'
    )
    return "\n".join(
        [
            "# In the consumer's project, five to ten minutes after a call (a sample). src_ip is the VM's.",
            f"gcloud logging read '{condition}' --project={project} --limit=10 --format="
            "'table(timestamp,jsonPayload.connection.src_ip,jsonPayload.src_instance.vm_name,"
            "jsonPayload.connection.dest_ip,jsonPayload.connection.dest_port)'",
        ]
    )
