"""The shape of a configuration file: every key, its default and what it means. The JSON Schema is made of this.

Defaults that follow from a key or from another setting stand as "" (or None) here and are filled in by
`config.derivation` before the settings are validated; so nobody who reads settings has to know the rules of naming.
"""

from __future__ import annotations

from config.settings.consumer import ConsumerSettings, EndpointSettings, FlowLogSettings
from config.settings.environment import Settings
from config.settings.producer import ProducerSettings
from config.settings.service import ServiceNames, ServiceSettings

__all__ = [
    "ConsumerSettings",
    "EndpointSettings",
    "FlowLogSettings",
    "ProducerSettings",
    "ServiceNames",
    "ServiceSettings",
    "Settings",
]
