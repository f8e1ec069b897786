"""For every rule a call that it refuses, and the words it does it with."""

from tests.standin.rows import attachment, https, load_balancer, network, workload

ROWS = network.ROWS | load_balancer.ROWS | attachment.ROWS | https.ROWS | workload.ROWS
