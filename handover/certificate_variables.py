"""Certificates that others make, as variables: a new one takes the place of the former without a change of the code."""

from __future__ import annotations

import re
from functools import partial

from cloudrun_psc.rules.certificates import COMPUTE_NAME, MANAGER_NAME, of_certificate_manager
from deployment.kinds.certificates import CERTIFICATE
from deployment.values import Json, with_strings
from handover.variables import Validation, Variable, matches

PROXY = "google_compute_region_target_https_proxy"
_OF_MANAGER, _OF_COMPUTE = f"{CERTIFICATE.type}s", "google_compute_region_ssl_certificate"


def lift(stack: Json, address: str, service: str) -> Variable | None:
    """Put a variable in place of the link of a service's certificate; None where the stack makes it, or has none."""
    proxy = stack.get("resource", {}).get(PROXY, {}).get(address, {})
    for key in ("certificate_manager_certificates", "ssl_certificates"):
        links = proxy.get(key, [])
        if len(links) == 1 and "${" not in links[0]:
            variable = _variable(f"{address}_certificate", links[0], service)
            proxy[key] = [f"${{var.{variable.name}}}"]
            _refer(stack, address, links[0], variable.name)
            return variable
    return None


def _refer(stack: Json, address: str, link: str, variable: str) -> None:
    """What every plan asks about it follows: the look-up, the hosts that it has to cover, the check of its state."""
    name, present = link.rpartition("/")[2], f"${{basename(var.{variable})}}"
    found = re.compile(rf"(certificates/|certificate ){re.escape(name)}(?![\w-])")
    data, checks = stack.get("data", {}), stack.get("check", {})
    for type_ in (_OF_MANAGER, _OF_COMPUTE):
        looked_up = data.get(type_, {}).get(address)
        if looked_up is None:
            continue
        changed = with_strings(looked_up, lambda text: text.replace(link, f"${{var.{variable}}}"))
        changed = with_strings(changed, partial(found.sub, rf"\1{present}"))
        data[type_][address] = changed | ({"name": present} if type_ == _OF_COMPUTE else {})
    if check := checks.get(f"{address}_certificate"):
        checks[f"{address}_certificate"] = with_strings(check, partial(found.sub, rf"\1{present}"))


def _variable(name: str, link: str, service: str) -> Variable:
    place, name_ = link.rpartition("/")[0], MANAGER_NAME if of_certificate_manager(link) else COMPUTE_NAME
    return Variable(
        name=name,
        type="string",
        description=f"The certificate of {service}, which others make. One with another name is taken over in place, "
        "and connections are kept.",
        value=link,
        refused="some-certificate",
        validations=(
            Validation(
                condition=matches(f"var.{name}", f"{re.escape(place).replace(chr(92) + '-', '-')}/{name_}"),
                error_message=f"A certificate is {place}/NAME: of this project, region and kind.",
            ),
        ),
    )
