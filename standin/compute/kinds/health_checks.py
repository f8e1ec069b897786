"""Health checks: the present kind, and the two older ones that target pools use."""

from __future__ import annotations

from standin.compute.kind import Kind, register
from standin.message import Json, fill

_PORTS = {"HTTP": 80, "HTTPS": 443, "HTTP2": 443, "TCP": 80, "SSL": 443}
_FIELDS = {"HTTP": "httpHealthCheck", "HTTPS": "httpsHealthCheck", "HTTP2": "http2HealthCheck", "TCP": "tcpHealthCheck"}
_FIELDS |= {"SSL": "sslHealthCheck"}


def _complete_timing(body: Json) -> None:
    """Source: compute v1 discovery document, HealthCheck, HttpHealthCheck and HttpsHealthCheck."""
    fill(body, checkIntervalSec=5, timeoutSec=5, healthyThreshold=2, unhealthyThreshold=2)


def _complete(body: Json) -> None:
    _complete_timing(body)
    field = _FIELDS.get(body.get("type", ""))
    if field is None:
        return
    check = body.setdefault(field, {})
    fill(check, proxyHeader="NONE")
    if "portName" not in check and "portSpecification" not in check:
        fill(check, port=_PORTS[body["type"]])
    if body["type"].startswith("HTTP"):
        fill(check, requestPath="/")


def _complete_http(body: Json) -> None:
    _complete_timing(body)
    fill(body, host="", port=80, requestPath="/")


def _complete_https(body: Json) -> None:
    _complete_timing(body)
    fill(body, host="", port=443, requestPath="/")


register(
    Kind("healthChecks", fingerprints=(), complete=_complete),
    Kind("httpHealthChecks", fingerprints=(), complete=_complete_http),
    Kind("httpsHealthChecks", fingerprints=(), complete=_complete_https),
)
