"""The runbook's commands for how things stand: connections, callers, logs."""

from __future__ import annotations

from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from handover.facts import Facts
from handover.handed_stack import HandedStack
from handover.markdown import shell
from handover.service_variables import HandedService
from stacks.instructions import CALLS, VM_SHELL


def status(facts: Facts) -> str:
    """For each endpoint and each service."""
    lines = [
        "## Status and logs",
        "",
        "Every plan warns about connections that are not ACCEPTED."
        + " The consumers' outputs contain their commands too, always with the values of the last apply."
        * bool(facts.consumers),
    ]
    for stack in facts.consumers:
        lines += _vm(facts, stack)
        for endpoint in stack.endpoints:
            lines += ["", f"### {stack.name}: {endpoint.name}", ""]
            lines += [shell(f"terraform -chdir={stack.name} output -raw {endpoint.address}_status"), ""]
            texts = facts.texts(stack, endpoint)
            lines += [
                line for what, text in texts.items() if what not in CALLS for line in (shell(*text.splitlines()), "")
            ]
            call = next(what for what in CALLS if what in texts)
            lines += [
                "To make the call from a shell on a VM in the network, print the commands for it:",
                "",
                shell(f"terraform -chdir={stack.name} output -raw {endpoint.address}_{call}"),
            ]
    if facts.producer:
        for service in facts.producer.services:
            lines += ["", f"### {facts.producer.name}: {service.name}", "", _producer_status(facts, service)]
    return "\n".join(lines)


def _vm(facts: Facts, stack: HandedStack) -> list[str]:
    if not facts.side(stack).test_vm.enabled:
        return []
    return [
        "",
        f"### {stack.name}: the test VM",
        "",
        "This prints the command that opens a shell on it, through Identity-Aware Proxy. The shell takes "
        "`roles/iap.tunnelResourceAccessor`, `roles/compute.viewer` and `roles/compute.instanceAdmin.v1` (with OS "
        "Login `roles/compute.osLogin` in place of the last) on the project, and `roles/iam.serviceAccountUser` on the "
        "VM's account:",
        "",
        shell(f"terraform -chdir={stack.name} output -raw {VM_SHELL}"),
    ]


def _producer_status(facts: Facts, service: HandedService) -> str:
    assert facts.producer is not None
    run = service.run
    attachment = facts.producer.content["resource"][SERVICE_ATTACHMENT.type][service.address]
    where = f"--project={attachment['project']} --region={attachment['region']}"
    connected = (
        "# Who is connected, and how.",
        f"gcloud compute service-attachments describe {attachment['name']} {where} "
        "--format='yaml(connectedEndpoints,consumerAcceptLists,consumerRejectLists)'",
    )
    if run is None:
        return shell(*connected)
    condition = (
        f'resource.type="cloud_run_revision" AND resource.labels.service_name="{run["name"]}" AND '
        f'logName="projects/{run["project"]}/logs/run.googleapis.com%2Frequests"'
    )
    return shell(
        *connected,
        "# Who may call.",
        f"gcloud run services get-iam-policy {run['name']} {where}",
        "# Requests of all callers.",
        f"gcloud logging read '{condition}' --project={run['project']} --limit=10 "
        "--format='table(timestamp,httpRequest.remoteIp,httpRequest.status,httpRequest.userAgent)'",
        "# Why a revision does not start.",
        f"gcloud run services logs read {run['name']} {where} --limit=50",
    )
