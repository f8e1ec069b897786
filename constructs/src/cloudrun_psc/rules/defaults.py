"""The values that hold where nothing else is said, in constructs and configurations alike: stated here alone.

Names, ranges and sizes are the walk-through's. What is called after a key stands in `default_names`; where Cloud Run
has a default of its own, nothing is sent.
"""

from __future__ import annotations

from typing import Final

from cloudrun_psc.rules import default_names
from cloudrun_psc.rules.connections import ACCEPT_MANUAL
from cloudrun_psc.rules.subnets import Subnet

PRODUCER_NETWORK = default_names.network("producer")
LOAD_BALANCER_SUBNET = Subnet(name=default_names.subnet("producer"), range="10.0.1.0/24")
PROXY_ONLY_SUBNET = Subnet(name="producer-proxy-subnet", range="10.0.2.0/24")
NAT_SUBNET = Subnet(name="producer-psc-subnet", range="10.0.3.0/24")

IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"
SECRET_VERSION = "latest"  # noqa: S105
HTTP_PORT, HTTPS_PORT = 80, 443
CONNECTION_PREFERENCE: Final = ACCEPT_MANUAL
CONNECTION_LIMIT = 10

# Cloud Run's own, beside the size in `instance_sizes`. Concurrency and the most instances: run v2's discovery document
# (google-api-python-client 2.202.0), maxInstanceRequestConcurrency and maxInstanceCount. The others:
# https://cloud.google.com/run/docs, configuring/request-timeout, configuring/min-instances, container-contract.
RUN_CONCURRENCY = 80
RUN_MIN_INSTANCES, RUN_MAX_INSTANCES = 0, 100
RUN_PORT = 8080
RUN_TIMEOUT_SECONDS = 300
# A probe's, beside those of the startup probe that Cloud Run makes by itself: a TCP connection, tried for 240 seconds.
# https://cloud.google.com/run/docs/configuring/healthchecks
PROBE_DELAY_SECONDS, PROBE_PERIOD_SECONDS, PROBE_TIMEOUT_SECONDS, PROBE_FAILURE_THRESHOLD = 0, 10, 1, 3
RUN_STARTUP_SECONDS, RUN_STARTUP_FAILURES = 240, 1

CONSUMER_NETWORK = default_names.network("consumer")
CONSUMER_SUBNET = Subnet(name=default_names.subnet("consumer"), range="10.1.0.0/24")
# Those of `gcloud compute networks subnets update --enable-flow-logs`.
FLOW_LOG_SAMPLING = 0.5
FLOW_LOG_INTERVAL: Final = "INTERVAL_5_SEC"
FLOW_LOG_METADATA: Final = "INCLUDE_ALL_METADATA"

TEST_VM = "test-vm"
MACHINE_TYPE = "e2-micro"
DISK_IMAGE = "debian-cloud/debian-12"
IAP_FIREWALL_RULE = "allow-iap-ssh"
