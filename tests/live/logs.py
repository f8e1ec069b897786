"""What a request leaves in the three logs, as Google writes it (live/trace/entries.py has the sources)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from standin.cloud import Cloud

PRODUCER, CONSUMER, REGION = "example-producer-project", "example-consumer-project", "asia-northeast1"
DAY = "2026-11-28"


def write(
    cloud: Cloud, project: str, log: str, type_: str, labels: dict[str, str], time: str | datetime, **more: Any
) -> None:
    """One entry; `time` is of the day: 14:03:07.5, or any moment."""
    cloud.log_entries.append(
        {
            "logName": f"projects/{project}/logs/{log}",
            "resource": {"type": type_, "labels": {"project_id": project} | labels},
            "timestamp": moment(time),
            "insertId": f"{len(cloud.log_entries):012}",
            **more,
        }
    )


def moment(time: str | datetime) -> str:
    """With nanoseconds, as Google has them."""
    if isinstance(time, datetime):
        return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
    whole, _, part = time.partition(".")
    return f"{DAY}T{whole}.{part:0<9}Z"


def http(status: int, remote: str, agent: str, **more: Any) -> dict[str, Any]:
    """The part that both logs of requests have."""
    return {
        "requestMethod": "GET", "requestUrl": "http://10.1.0.5/orders?page=2", "status": status, "latency": "0.012s",
        "remoteIp": remote, "userAgent": agent, **more,
    }  # fmt: skip


def run(
    cloud: Cloud, time: str | datetime, *, status: int = 200, agent: str = "curl/7.88.1", service: str = "hello-service"
) -> None:
    """In Cloud Run's."""
    labels = {"service_name": service, "location": REGION, "revision_name": f"{service}-00001"}
    request = http(status, "fda3:e722:ac3:cc00::1", agent)
    trace = f"projects/{PRODUCER}/traces/{agent[-32:]}"
    write(cloud, PRODUCER, "run.googleapis.com%2Frequests", "cloud_run_revision", labels, time,
          httpRequest=request, trace=trace)  # fmt: skip


def balanced(
    cloud: Cloud,
    time: str | datetime,
    nat: str = "10.0.3.2",
    *,
    status: int = 200,
    agent: str = "curl/7.88.1",
    detail: str = "",
) -> None:
    """In the load balancer's."""
    labels = {"forwarding_rule_name": "hello-forwarding-rule", "region": REGION}
    write(cloud, PRODUCER, "loadbalancing.googleapis.com%2Frequests", "internal_http_lb_rule", labels, time,
          httpRequest=http(status, nat, agent), jsonPayload={"proxyStatus": detail})  # fmt: skip


def flow(
    cloud: Cloud, start: str | datetime, end: str | datetime, *, source: str = "10.1.0.2", port: int = 43210,
    vm: str = "test-vm", address: str = "10.1.0.5", back: bool = False, connection: str = "",
    endpoint: str = "psc-endpoint",
) -> None:  # fmt: skip
    """In the consumer's flow log: of packets to the endpoint, or of the answer; with the PSC fields of 2026 or not."""
    near, far = {"ip": source, "port": port}, {"ip": address, "port": 80}
    src, dest = (far, near) if back else (near, far)
    payload: dict[str, Any] = {
        "connection": {"src_ip": src["ip"], "src_port": src["port"], "dest_ip": dest["ip"], "dest_port": dest["port"],
                       "protocol": 6},
        "start_time": moment(start), "end_time": moment(end),
        "dest_instance" if back else "src_instance": {"vm_name": vm, "project_id": CONSUMER},
    }  # fmt: skip
    if connection:
        payload["psc"] = {"reporter": "CONSUMER", "psc_endpoint": {"psc_connection_id": connection, "name": endpoint}}
    write(cloud, CONSUMER, "compute.googleapis.com%2Fvpc_flows", "gce_subnetwork", {"subnetwork_name": "apps"},
          end, jsonPayload=payload)  # fmt: skip
