"""The runbook on certificates: how one is renewed or exchanged, and what to do when clients refuse it."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.kinds.certificates import CERTIFICATE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.values import Json, strings
from handover.edits import applied, edit
from handover.facts import Facts
from handover.handed_stack import HandedStack
from handover.markdown import shell
from handover.service_variables import HandedService
from handover.variables import Variable
from stacks.contract import HOST

# What the commands say that call a service by its host.
_REFUSED = "curl: (60)"
_ENDS = "--format='value(expireTime,{names})'"


def tasks(facts: Facts, stack: HandedStack) -> Iterator[str]:
    """For each way of having a certificate of one's own."""
    if pem := next((service for service in stack.services if service.pem), None):
        yield _renew(facts, stack, pem)
    if linked := next((service for service in stack.services if service.certificate), None):
        yield _exchange(facts, stack, linked)


def _renew(facts: Facts, stack: HandedStack, service: HandedService) -> str:
    """A certificate out of Secret Manager."""
    assert service.pem is not None
    pem: Variable = service.pem
    after = {part: place | {"version": str(int(place["version"]) + 1)} for part, place in pem.value.items()}
    made = stack.content["resource"][CERTIFICATE.type][service.address]
    host = stack.content["output"][f"{service.address}_{HOST}"]["value"]
    return "\n".join(
        [
            "### Renew the certificate",
            "",
            "Nothing here tells when the certificate ends. The first command does; the second shows what the new chain "
            f"is of, which has to be {host}: clients have it as soon as it is applied. Then add the new chain and its "
            "key to their secrets, each as a further version, of which the command prints the number:",
            "",
            shell(
                _described(_manager(made["name"], stack, service)),
                "openssl x509 -in certificate.pem -noout -enddate -ext subjectAltName",
                *(
                    f"gcloud secrets versions add {place['secret']} --project={place['project']} --data-file={part}.pem"
                    for part, place in pem.value.items()
                ),
            ),
            "",
            f"Then give these numbers. {edit(facts, stack, **{pem.name: after})}",
            "",
            applied(stack),
            "",
            "The plan updates the certificate in place, and connections are kept.",
        ]
    )


def _exchange(facts: Facts, stack: HandedStack, service: HandedService) -> str:
    """A certificate that others make, by its link."""
    assert service.certificate is not None
    place, _, name = str(service.certificate.value).rpartition("/")
    host = stack.content["output"][f"{service.address}_{HOST}"]["value"]
    if place.endswith("/certificates"):
        command = _manager(name, stack, service)
        asked = " A plan refuses one that does not exist or is not of this host. One that is not ACTIVE yet it takes, "
        asked += "with a warning: every handshake would fail."
    else:
        command = f"gcloud compute ssl-certificates describe {name} {_where(stack, service, 'region')}"
        asked = " A plan refuses one that does not exist; of which host it is, no plan knows."
    return "\n".join(
        [
            "### Exchange the certificate",
            "",
            f"Others make the certificate of {service.name} and renew it. One that they renew under its name is served "
            "without anything to do here. This tells when the present one ends, and of which hosts it is:",
            "",
            shell(_described(command)),
            "",
            f"One of another name has to be of {host}, too.{asked} "
            f"{edit(facts, stack, **{service.certificate.name: f'{place}/NEW-NAME'})}",
            "",
            applied(stack),
            "",
            "The plan updates the proxy in place, and connections are kept. The former one may be deleted after that.",
        ]
    )


def _described(command: str) -> str:
    names = "sanDnsnames" if "certificate-manager" in command else "subjectAlternativeNames"
    return f"{command} {_ENDS.format(names=names)}"


def _manager(name: str, stack: HandedStack, service: HandedService) -> str:
    return f"gcloud certificate-manager certificates describe {name} {_where(stack, service, 'location')}"


def _where(stack: HandedStack, service: HandedService, option: str) -> str:
    attachment: Json = stack.content["resource"][SERVICE_ATTACHMENT.type][service.address]
    return f"--project={attachment['project']} --{option}={attachment['region']}"


def rows(facts: Facts) -> Iterator[tuple[str, str]]:
    """Symptoms of clients that speak HTTPS."""
    stack = facts.producer
    made = stack.content["resource"].get(CERTIFICATE.type, {}) if stack else {}
    managed = {address: one for address, one in made.items() if "managed" in one}
    if stack and managed:
        address, certificate = next(iter(managed.items()))
        service = next(one for one in stack.services if one.address == address)
        yield (
            "a certificate is PROVISIONING or FAILED; `curl: (35)`",
            "Until it is ACTIVE every handshake fails; the plan's warning says what it waits for, and "
            f"`{_manager(certificate['name'], stack, service)}` shows the reason. One that has FAILED stays so: once "
            f"the reason is gone, give it another `name` in `{stack.name}/main{facts.format.ENDING}` and apply, which "
            "makes a new one; and in the checkout, too (`names.certificate`).",
        )
    outputs = [handed.content.get("output", {}) for handed in facts.stacks]
    hosts = any(name.endswith(f"_{HOST}") for output in outputs for name in output)
    if hosts or any(_REFUSED in text for text in strings(outputs)):
        yield (
            "`curl: (60)`",
            "It was called by its address, or the certificate has ended, is of another host, or of an authority that "
            "the client does not know (`--cacert FILE`).",
        )
        yield "`curl: (6)`", "No DNS of this network knows the host: the endpoint's `dns` in the checkout, or a record."
