"""HTTPS where it is used: the certificate is there, is of the host and has not expired, and the proxy has it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from cloudrun_psc.rules.certificates import of_certificate_manager, wildcard
from deployment.values import Json
from live.fact import Outcome, fails, holds
from live.facts.load_balancer import at_any
from live.names import plain, same
from live.reader import Reader
from live.subjects import Published, Secured

# How long before its end somebody should be told; those that Google manages it renews by itself, about a month before.
_SOON = timedelta(days=21)
_CERTIFICATE = "certificatemanager.projects.locations.certificates.get"
_AUTHORIZATION = "certificatemanager.projects.locations.dnsAuthorizations.get"


def usable(published: Published, reader: Reader) -> Iterator[Outcome]:
    """The certificate by itself: it is there, Google has issued it, it has not expired, and it covers the host."""
    secured = _secured(published)
    found = next(((id_, one) for id_ in secured.certificates if (one := read(id_, reader))), None)
    if found is None:
        name = secured.certificates[0].rpartition("/")[2] if secured.certificates else "that is configured"
        yield fails(f"there is no certificate {name}", _exchange(published))
        return
    id_, certificate = found
    name, managed = id_.rpartition("/")[2], certificate.get("managed", {})
    if managed and managed.get("state") != "ACTIVE":
        yield _not_issued(published, name, managed, reader)
        return
    names = covered(certificate)
    if not {secured.host, wildcard(secured.host)} & set(names):
        yield fails(
            f"the certificate {name} is of {', '.join(names) or 'no host'}, not of {secured.host}", _exchange(published)
        )
        return
    yield _until(published, name, bool(managed), str(certificate.get("expireTime", "")))


def covered(certificate: Json) -> list[str]:
    """The names that a certificate is of, in lower case, wildcards among them."""
    return [
        str(one).lower() for one in certificate.get("sanDnsnames") or certificate.get("subjectAlternativeNames", [])
    ]


def read(id_: str, reader: Reader) -> Json | None:
    """A certificate of Certificate Manager or Compute Engine; None for none.

    Raises:
        AnswerError: as the reader.
    """
    return reader.get(_CERTIFICATE, name=id_) if of_certificate_manager(id_) else reader.at(id_)


def _not_issued(published: Published, name: str, managed: Json, reader: Reader) -> Outcome:
    """Why Google has no certificate yet, and what it waits for."""
    issue = managed.get("provisioningIssue", {})
    tries = [one for one in managed.get("authorizationAttemptInfo", []) if one.get("failureReason")]
    whys = [issue, *({"reason": one.get("failureReason"), "details": one.get("details")} for one in tries)]
    said = "; ".join(" ".join(f"{one.get('reason', '')} {one.get('details') or ''}".split()) for one in whys if one)
    state = f"{managed.get('state')}{f' ({said})' if said else ''}"
    text = f"the certificate {name} is {state}: until it is ACTIVE, every handshake fails"
    records = [record for one in managed.get("dnsAuthorizations", []) if (record := _record(one, reader))]
    repair = [f"add to public DNS: {one}; issuing then takes minutes to hours" for one in records]
    if managed.get("issuanceConfig"):
        repair.append(
            "Certificate Manager's service agent needs roles/privateca.certificateRequester on the CA pool, which "
            "must have an ENABLED authority; issuing then takes minutes"
        )
    if managed.get("state") == "FAILED":
        repair.append(
            "a FAILED certificate stays FAILED: once the cause is gone, set another name (names.certificate) to have "
            "a new one made"
        )
    return fails(text, *(repair or [_exchange(published)]))


def _record(authorization: str, reader: Reader) -> str:
    read = reader.get(_AUTHORIZATION, name=plain(authorization)) or {}
    record = read.get("dnsResourceRecord", {})
    return " ".join(str(record[key]) for key in ("name", "type", "data") if record.get(key))


def _until(published: Published, name: str, managed: bool, expires: str) -> Outcome:
    host = _secured(published).host
    renewed = ", and Google renews it" if managed else ""
    if not expires:
        return holds(f"the certificate {name} is of {host}{renewed}")
    end = datetime.fromisoformat(expires).astimezone(UTC)
    until, now = f"{end:%Y-%m-%d}", datetime.now(UTC)
    if end <= now:
        return fails(
            f"the certificate {name} of {host} expired on {until}: every client refuses it", _exchange(published)
        )
    if not managed and end <= now + _SOON:
        return holds(
            f"the certificate {name} of {host} expires on {until}, and only you can renew it", _exchange(published)
        )
    return holds(f"the certificate {name} is of {host} until {until}{renewed}")


def _exchange(published: Published) -> str:
    secured = _secured(published)
    if secured.made:
        return f"{published.deploy} makes it; one of PEM is renewed by a new version of its secret"
    return f"give another one in {published.where}.https.certificate, and {published.deploy}"


def used(published: Published, reader: Reader) -> Iterator[Outcome]:
    """The proxy behind the live forwarding rule has the certificate."""
    secured = _secured(published)
    attachment = at_any(published.attachments, reader) or {}
    link = plain(attachment.get("targetService")) or next(iter(published.rules), "")
    rule = reader.at(link) if link else None
    target = plain((rule or {}).get("target"))
    proxy = reader.at(target) if target else None
    if proxy is None:
        return  # told already
    name = target.rpartition("/")[2]
    if "/targetHttpsProxies/" not in target:
        yield fails(f"{name} speaks HTTP, and HTTPS is configured", published.deploy)
        return
    has = [plain(one) for one in proxy.get("sslCertificates", [])]
    ours = [one for one in has if any(same(one, wanted) for wanted in secured.certificates)]
    if ours:
        yield holds(f"{name} has the certificate {ours[0].rpartition('/')[2]}")
    else:
        others = ", ".join(one.rpartition("/")[2] for one in has) or "no certificate"
        yield fails(f"{name} has {others}, not {secured.certificates[0].rpartition('/')[2]}", published.deploy)


def _secured(published: Published) -> Secured:
    assert published.https is not None  # facts of HTTPS are asked of nothing else
    return published.https
