"""An ordinary CDKTF program that uses much of the API; run twice by the tests, with and without fast synthesis.

Usage: much_of_cdktf.py OUTDIR. Deliberately without a path, a time or anything else that differs between runs.
"""

# ruff: noqa: E402
import sys

from cdktf_fast_synthesis import use_fast_synthesis

use_fast_synthesis()

import cdktf_cdktf_provider_google
import cdktf_cdktf_provider_google.compute_disk as disks
import jsii
from cdktf import (
    App,
    Aspects,
    Fn,
    IAspect,
    IResolvable,
    LocalExecProvisioner,
    Op,
    S3Backend,
    SSHProvisionerConnection,
    TerraformCount,
    TerraformIterator,
    TerraformLocal,
    TerraformOutput,
    TerraformResource,
    TerraformResourceLifecycle,
    TerraformStack,
    TerraformVariable,
    Token,
)
from cdktf_cdktf_provider_google import compute_firewall, compute_instance
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork, ComputeNetworkConfig
from cdktf_cdktf_provider_google.container_cluster import ContainerCluster
from cdktf_cdktf_provider_google.provider import GoogleProvider

from constructs import Construct, IConstruct


@jsii.implements(IAspect)
class Labels:
    """Called back by the kernel for every construct."""

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, compute_instance.ComputeInstance):
            node.labels = {"owner": "tests", "ünicode": "☃ \u2028 \U0001f600"}


class Named(ComputeNetwork):
    """A class of the app's own over a generated one."""

    def __init__(self, scope: Construct, id_: str, name: str) -> None:
        super().__init__(scope, id_, name=name, auto_create_subnetworks=False)
        self.mtu = 1460


class Sub(ComputeNetworkConfig):
    """A struct of the app's own, one of whose values is computed."""

    @property
    def description(self) -> str:
        return "computed"


class Stack(TerraformStack):
    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        GoogleProvider(self, "google", project="some-project", region="europe-west1")
        second = GoogleProvider(self, "second", alias="second", project="other-project")
        self.network = Named(self, "network", "main")
        zone = TerraformVariable(self, "zone", type="string", default="europe-west1-b", sensitive=True)
        ports = TerraformLocal(self, "ports", {"web": [80, 443], "none": [], "nested": {"a": 1.5, "b": None}})
        iterator = TerraformIterator.from_list(Fn.toset(["a", "b"]))
        compute_firewall.ComputeFirewall(
            self,
            "firewall",
            name=f"allow-{self.network.name}",
            network=self.network.id,
            allow=[{"protocol": "tcp", "ports": ["22", "80-90"]}],
            source_ranges=["10.0.0.0/8"],
            priority=Token.as_number(Op.add(self.network.mtu, 1)),
            provider=second,
            for_each=iterator,
        )
        vm = compute_instance.ComputeInstance(
            self,
            "vm",
            name=Fn.join("-", ["vm", Token.as_string(zone.value)]),
            zone=zone.string_value,
            machine_type="e2-micro",
            boot_disk=compute_instance.ComputeInstanceBootDisk(
                auto_delete=False,
                initialize_params={"image": "debian-cloud/debian-12", "size": 10},
            ),
            network_interface=[{"network": self.network.id, "accessConfig": []}],
            tags=Token.as_list(Fn.keys(ports.expression)),
            depends_on=[self.network],
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True,
                ignore_changes=["metadata"],
                precondition=[{"condition": "${true}", "errorMessage": 'never "that"'}],
            ),
            provisioners=[LocalExecProvisioner(type="local-exec", command="echo ${self.name}")],
            connection=SSHProvisionerConnection(type="ssh", host="10.0.0.1", user="me"),
            count=TerraformCount.of(2),
        )
        vm.add_override("metadata.startup", "#!/bin/sh\necho $${HOME} %{x}\n")
        vm.add_override("scheduling", [{"preemptible": True, "weight": 0.1, "none": None}])
        vm.put_scheduling(preemptible=True)
        vm.reset_tags()
        made = disks.ComputeDisk(self, "disk", name="disk", size=10, zone=zone.string_value)
        made.override_logical_id("a_disk")
        # One of the few whose JavaScript is more than one file.
        ContainerCluster(self, "cluster", name="cluster", release_channel={"channel": "REGULAR"})
        made.import_from("projects/p/zones/z/disks/d")
        raw = TerraformResource(self, "raw", terraform_resource_type="terraform_data")
        raw.add_override("input", Sub(name="struct", routing_mode="GLOBAL"))
        raw.add_override("dynamic", iterator.dynamic({"value": iterator.value}))
        assert cdktf_cdktf_provider_google.compute_disk.ComputeDisk is disks.ComputeDisk
        resolvable: IResolvable = ports.expression
        TerraformOutput(self, "all", value={"ports": resolvable, "size": made.size, "list": [vm.fqn, self.network.fqn]})
        TerraformOutput(self, "secret", value=vm.instance_id, sensitive=True, depends_on=[vm])
        kinds = [
            self.network.id,
            f"a{self.network.id}",
            "a",
            "TfToken[",
            5,
            2.5,
            True,
            made.size,
            vm.tags_input,
            ["a"],
            {},
        ]
        unresolved = {f"{place}": Token.is_unresolved(kind) for place, kind in enumerate(kinds)}
        TerraformOutput(self, "unresolved", value=unresolved)
        Aspects.of(self).add(Labels())


class Other(TerraformStack):
    """Refers to the first one: cdktf writes outputs and a remote state for it."""

    def __init__(self, scope: Construct, id_: str, first: Stack) -> None:
        super().__init__(scope, id_)
        GoogleProvider(self, "google", project="third-project")
        nested = Construct(Construct(self, "level"), "nested")
        ComputeNetwork(nested, "Resource", name="peer", description=first.network.self_link)
        TerraformOutput(nested, "path", value=nested.node.path)
        self.add_override("check.one", {"assert": [{"condition": "${1 > 0}", "error_message": "no"}]})


class Alone(TerraformStack):
    """No provider, a backend of its own."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        S3Backend(self, bucket="bucket", key="key", region="eu-west-1")
        TerraformOutput(self, "math", value=Op.div(Fn.max([1, 2, 3]), 4))


app = App(outdir=sys.argv[1], stack_traces=False, context={"key": ["value", 1, {"deep": True}]})
first = Stack(app, "first")
Other(app, "other", first)
Alone(app, "alone")
app.synth()
