// The reference deployment as a native CDKTF program in JavaScript: program.py, line by line.
// Usage: program.js SERVICES CONSUMERS OUTDIR.
"use strict";

const { App, DataTerraformRemoteStateLocal, LocalBackend, TerraformOutput, TerraformResource, TerraformStack } = require("cdktf");
const { Construct } = require("constructs");
const { CloudRunV2Service } = require("@cdktf/provider-google/lib/cloud-run-v2-service");
const { CloudRunV2ServiceIamMember } = require("@cdktf/provider-google/lib/cloud-run-v2-service-iam-member");
const { ComputeAddress } = require("@cdktf/provider-google/lib/compute-address");
const { ComputeFirewall } = require("@cdktf/provider-google/lib/compute-firewall");
const { ComputeForwardingRule } = require("@cdktf/provider-google/lib/compute-forwarding-rule");
const { ComputeInstance } = require("@cdktf/provider-google/lib/compute-instance");
const { ComputeNetwork } = require("@cdktf/provider-google/lib/compute-network");
const { ComputeRegionBackendService } = require("@cdktf/provider-google/lib/compute-region-backend-service");
const { ComputeRegionNetworkEndpointGroup } = require("@cdktf/provider-google/lib/compute-region-network-endpoint-group");
const { ComputeRegionTargetHttpProxy } = require("@cdktf/provider-google/lib/compute-region-target-http-proxy");
const { ComputeRegionUrlMap } = require("@cdktf/provider-google/lib/compute-region-url-map");
const { ComputeServiceAttachment } = require("@cdktf/provider-google/lib/compute-service-attachment");
const { ComputeSubnetwork } = require("@cdktf/provider-google/lib/compute-subnetwork");
const { DataGoogleComputeSubnetworks } = require("@cdktf/provider-google/lib/data-google-compute-subnetworks");
const { DataGoogleProject } = require("@cdktf/provider-google/lib/data-google-project");
const { ProjectService } = require("@cdktf/provider-google/lib/project-service");
const { GoogleProvider } = require("@cdktf/provider-google/lib/provider");

const REGION = "asia-northeast1";
const PRODUCER_PROJECT = "example-producer-project";
const SCOPES = [
  "devstorage.read_only",
  "logging.write",
  "monitoring.write",
  "pubsub",
  "service.management.readonly",
  "servicecontrol",
  "trace.append",
].map((scope) => `https://www.googleapis.com/auth/${scope}`);
const STATE = "../../../terraform.producer.tfstate";
const OUTPUTS = "data.terraform_remote_state.producer[0].outputs";
const STAYS =
  "No single apply can change it while a service is published through it. Put the former value back, or destroy the " +
  "consumers and then the producer and deploy again.";
const PROXY_STAYS =
  "One proxy-only subnet is active per network and region: create a BACKUP one with the new range, make it ACTIVE and " +
  "delete the former by hand, then import it (docs/troubleshooting.md).";
const TOKEN_URL = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity";

const numbered = (name, index) => (index ? `${name}-${index}` : name);
const under = (name) => name.replace(/[-./]/g, "_");
const consumerProject = (index) => numbered("example-consumer-project", index);
const range = (count) => [...Array(count).keys()];
const after = (address, count) => {
  const parts = address.split(".").map(Number);
  const number = ((parts[0] * 256 + parts[1]) * 256 + parts[2]) * 256 + parts[3] + count;
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");
};

const servicesOf = (consumer, services, consumers) => {
  const found = range(services).filter((service) => service % consumers === consumer);
  return found.length ? found : [consumer % services];
};
const consumersOf = (service, services, consumers) =>
  range(consumers).filter((one) => servicesOf(one, services, consumers).includes(service));
const natRange = (service) => (service ? `${after("10.2.0.0", 32 * service)}/27` : "10.0.3.0/24");

const named = (element, name) => {
  element.overrideLogicalId(name);
  return element;
};
const output = (stack, name, value, description) => named(new TerraformOutput(stack, name, { value, description }), name);
const record = (scope, id, name, content, { kept }) => {
  const lifecycle = kept ? { ignoreChanges: ["input"] } : undefined;
  const made = new TerraformResource(scope, id, { terraformResourceType: "terraform_data", lifecycle });
  made.addOverride("input", content);
  named(made, name);
};

const unchanged = (what, key, value, why) => {
  const recorded = `terraform_data.first_deployment.output.${key}`;
  return {
    condition: `\${try(${recorded}, "${value}") == "${value}"}`,
    errorMessage: `${what} cannot change from \${try(${recorded}, "")} to ${value}. ${why}`,
  };
};

const notInside = (what, range_, { norAround }) => {
  const [start, prefix] = range_.split("/");
  const existing =
    "[for one in data.google_compute_subnetworks.existing.subnetworks : one.ip_cidr_range " +
    "if one.network_name == google_compute_network.network.name]";
  const shorter = `\${min(tonumber(split("/", there)[1]), ${prefix})}`;
  const other = norAround ? `there != "${range_}"` : `tonumber(split("/", there)[1]) < ${prefix}`;
  const overlaps = `cidrhost("\${split("/", there)[0]}/${shorter}", 0) == cidrhost("${start}/${shorter}", 0)`;
  return {
    condition: `\${length([for there in ${existing} : there if ${other} && ${overlaps}]) == 0}`,
    errorMessage:
      `${what} cannot become ${range_}: it overlaps a subnet that exists in this network, and Google ` +
      "Cloud narrows no subnet. Take a range that overlaps none (connections are kept), and move it again with the " +
      "next deployment if it has to be there.",
  };
};

const sideStack = (app, name, project) => {
  const stack = new TerraformStack(app, name);
  new LocalBackend(stack, { path: `../../../terraform.${name}.tfstate` });
  new GoogleProvider(stack, "google", { project, region: REGION, addTerraformAttributionLabel: false });
  stack.addOverride("terraform.required_version", ">= 1.5.0");
  stack.addOverride("terraform.required_providers.google.version", "~> 7.45");
  return stack;
};

const apis = (stack, id, project, names) => {
  const scope = new Construct(stack, id);
  return names.map(([name, service]) =>
    named(new ProjectService(scope, name, { project, service, disableOnDestroy: false }), name),
  );
};

class Producer {
  constructor(app, services, consumers) {
    this.services = services;
    this.consumers = consumers;
    this.stack = sideStack(app, "producer", PRODUCER_PROJECT);
    this.apis = apis(this.stack, "apis", PRODUCER_PROJECT, [
      ["run", "run.googleapis.com"],
      ["compute", "compute.googleapis.com"],
    ]);
    this.scope = new Construct(this.stack, "network");
    this.addNetwork();
    this.compute = new Map();
    for (const consumer of range(consumers)) {
      const name = numbered("consumer", consumer);
      const short = `${under(name)}_compute`;
      const enabled = apis(this.stack, `apis-${name}`, consumerProject(consumer), [[short, "compute.googleapis.com"]]);
      this.compute.set(consumer, enabled);
    }
    this.numbers = new Map();
    for (const service of range(services)) this.publish(service, numbered("hello", service));
  }

  addNetwork() {
    const first = {
      region: REGION,
      network: "producer-vpc",
      load_balancer_subnet: "producer-subnet",
      proxy_only_subnet: "producer-proxy-subnet",
      proxy_only_range: "10.0.2.0/24",
    };
    record(this.scope, "FirstDeployment", "first_deployment", first, { kept: true });
    this.network = new ComputeNetwork(this.scope, "Resource", {
      project: PRODUCER_PROJECT,
      name: "producer-vpc",
      autoCreateSubnetworks: false,
      dependsOn: this.apis,
      lifecycle: {
        precondition: [
          unchanged("The region", "region", REGION, STAYS),
          unchanged("The name of the producer's network", "network", "producer-vpc", STAYS),
        ],
      },
    });
    named(this.network, "network");
    const existing = new DataGoogleComputeSubnetworks(this.scope, "ExistingSubnets", {
      project: PRODUCER_PROJECT,
      region: REGION,
      dependsOn: [this.network],
    });
    named(existing, "existing");
    const subnetName = unchanged(
      "The name of the load balancer's subnet", "load_balancer_subnet", "producer-subnet", STAYS,
    );
    const inside = notInside("The range of the load balancer's subnet", "10.0.1.0/24", { norAround: false });
    this.loadBalancerSubnet = new ComputeSubnetwork(this.scope, "LoadBalancerSubnet", {
      project: PRODUCER_PROJECT,
      region: REGION,
      name: "producer-subnet",
      network: this.network.id,
      ipCidrRange: "10.0.1.0/24",
      lifecycle: { createBeforeDestroy: true, ignoreChanges: ["name"], precondition: [subnetName, inside] },
    });
    named(this.loadBalancerSubnet, "load_balancer");
    const proxyName = unchanged(
      "The name of the proxy-only subnet", "proxy_only_subnet", "producer-proxy-subnet", PROXY_STAYS,
    );
    const proxyRange = unchanged(
      "The range of the proxy-only subnet", "proxy_only_range", "10.0.2.0/24", PROXY_STAYS,
    );
    this.proxyOnlySubnet = new ComputeSubnetwork(this.scope, "ProxyOnlySubnet", {
      project: PRODUCER_PROJECT,
      region: REGION,
      name: "producer-proxy-subnet",
      network: this.network.id,
      ipCidrRange: "10.0.2.0/24",
      purpose: "REGIONAL_MANAGED_PROXY",
      role: "ACTIVE",
      lifecycle: { precondition: [proxyName, proxyRange] },
    });
    named(this.proxyOnlySubnet, "proxy_only");
  }

  publish(service, key) {
    const scope = new Construct(this.stack, `service-${key}`);
    const run = this.run(new Construct(scope, "service"), service, key);
    const rule = this.loadBalancer(new Construct(scope, "load-balancer"), key);
    const attachment = this.attachment(new Construct(scope, "attachment"), service, key, rule);
    const name = under(key);
    output(
      this.stack,
      `${name}_service_attachment_self_link`,
      attachment.selfLink,
      `What an endpoint for ${key} points at.`,
    );
    const audience = `The audience of an ID token for ${key}; nothing to connect to.`;
    output(this.stack, `${name}_url`, run.uri, audience);
    output(this.stack, `${name}_region`, REGION, `The region that an endpoint for ${key} must be in.`);
    output(this.stack, `${name}_port`, 80, `The port that an endpoint for ${key} answers on.`);
    const endpoints = `google_compute_service_attachment.${name}.connected_endpoints`;
    const waiting =
      `[for endpoint in ${endpoints} : "\${endpoint.endpoint} \${endpoint.status}" ` +
      'if endpoint.status != "ACCEPTED"]';
    const block = {
      condition: `\${alltrue([for endpoint in ${endpoints} : endpoint.status == "ACCEPTED"])}`,
      error_message:
        `Endpoints of ${key} that are not ACCEPTED: \${join(", ", ${waiting})}. PENDING: the ` +
        `project is not on the accept list; add it to producer.services.${key}.accept, or have the endpoint ` +
        "deleted if nobody configures it any more. REJECTED: it is on the reject list, or its limit is used. " +
        "CLOSED: the consumer re-applies.",
    };
    this.stack.addOverride(`check.${name}_connections`, { assert: [block] });
  }

  run(scope, service, key) {
    const run = new CloudRunV2Service(scope, "Resource", {
      project: PRODUCER_PROJECT,
      location: REGION,
      name: `${key}-service`,
      ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
      deletionProtection: false,
      template: { containers: [{ image: "us-docker.pkg.dev/cloudrun/container/hello" }] },
      dependsOn: this.apis,
    });
    named(run, under(key));
    for (const consumer of consumersOf(service, this.services, this.consumers)) {
      const name = under(numbered("consumer", consumer));
      const member = new CloudRunV2ServiceIamMember(scope, `Invoker ${name}`, {
        project: PRODUCER_PROJECT,
        location: REGION,
        name: run.name,
        role: "roles/run.invoker",
        member: `serviceAccount:${this.number(consumer)}-compute@developer.gserviceaccount.com`,
        dependsOn: this.compute.get(consumer),
        lifecycle: { replaceTriggeredBy: [`google_cloud_run_v2_service.${under(key)}.uid`] },
      });
      named(member, `${under(key)}_${name}`);
    }
    return run;
  }

  number(consumer) {
    if (!this.numbers.has(consumer)) {
      const name = under(numbered("consumer", consumer));
      const data = new DataGoogleProject(this.stack, `project-${name}`, { projectId: consumerProject(consumer) });
      this.numbers.set(consumer, named(data, name).number);
    }
    return this.numbers.get(consumer);
  }

  loadBalancer(scope, key) {
    const name = under(key);
    const first = { createBeforeDestroy: true };
    const neg = new ComputeRegionNetworkEndpointGroup(scope, "NetworkEndpointGroup", {
      project: PRODUCER_PROJECT,
      region: REGION,
      name: `${key}-serverless-neg`,
      networkEndpointType: "SERVERLESS",
      cloudRun: { service: `${key}-service` },
      dependsOn: this.apis,
      lifecycle: first,
    });
    named(neg, name);
    const backend = new ComputeRegionBackendService(scope, "BackendService", {
      project: PRODUCER_PROJECT,
      region: REGION,
      name: `${key}-backend-service`,
      loadBalancingScheme: "INTERNAL_MANAGED",
      protocol: "HTTP",
      connectionDrainingTimeoutSec: 0,
      backend: [{ group: neg.id, capacityScaler: 1 }],
      lifecycle: first,
    });
    named(backend, name);
    const urlMap = new ComputeRegionUrlMap(scope, "UrlMap", {
      project: PRODUCER_PROJECT,
      region: REGION,
      name: `${key}-url-map`,
      defaultService: backend.id,
      lifecycle: first,
    });
    named(urlMap, name);
    const proxy = new ComputeRegionTargetHttpProxy(scope, "HttpProxy", {
      project: PRODUCER_PROJECT,
      region: REGION,
      name: `${key}-http-proxy`,
      urlMap: urlMap.id,
      lifecycle: first,
    });
    named(proxy, name);
    const ruleName = `${name}_forwarding_rule_name`;
    record(scope, "ForwardingRuleName", ruleName, { name: `${key}-forwarding-rule` }, { kept: false });
    const rule = new ComputeForwardingRule(scope, "Resource", {
      project: PRODUCER_PROJECT,
      region: REGION,
      name: `${key}-forwarding-rule`,
      loadBalancingScheme: "INTERNAL_MANAGED",
      network: this.network.id,
      subnetwork: this.loadBalancerSubnet.id,
      portRange: "80",
      target: proxy.id,
      dependsOn: [this.proxyOnlySubnet],
      lifecycle: {
        createBeforeDestroy: true,
        ignoreChanges: ["name"],
        replaceTriggeredBy: [`terraform_data.${ruleName}`],
      },
    });
    return named(rule, name);
  }

  attachment(scope, service, key, rule) {
    const range_ = natRange(service);
    const suffix = service ? `-${under(range_).replaceAll("_", "-")}` : "";
    const subnet = new ComputeSubnetwork(this.scope, `NatSubnet ${under(key)} ${range_}`.replace("/", "-"), {
      project: PRODUCER_PROJECT,
      region: REGION,
      name: `producer-psc-subnet${suffix}`,
      network: this.network.id,
      ipCidrRange: range_,
      purpose: "PRIVATE_SERVICE_CONNECT",
      lifecycle: {
        createBeforeDestroy: true,
        precondition: [notInside(`A NAT range of ${under(key)}`, range_, { norAround: true })],
      },
    });
    named(subnet, `${under(key)}_nat_${under(range_)}`);
    const attachment = new ComputeServiceAttachment(scope, "Resource", {
      project: PRODUCER_PROJECT,
      region: REGION,
      name: `${key}-service-attachment`,
      connectionPreference: "ACCEPT_MANUAL",
      reconcileConnections: true,
      enableProxyProtocol: false,
      natSubnets: [subnet.id],
      targetService: rule.selfLink,
    });
    named(attachment, under(key));
    const accepted = consumersOf(service, this.services, this.consumers).map(consumerProject).sort();
    attachment.putConsumerAcceptLists(accepted.map((project) => ({ connectionLimit: 10, projectIdOrNum: project })));
    return attachment;
  }
}

class Consumer {
  constructor(app, index, services) {
    this.name = numbered("consumer", index);
    this.project = consumerProject(index);
    this.stack = sideStack(app, this.name, this.project);
    const data = new DataTerraformRemoteStateLocal(this.stack, "producer", { path: STATE });
    data.addOverride("count", `\${fileexists("${STATE}") ? 1 : 0}`);
    named(data, "producer");
    const enabled = apis(this.stack, "apis", this.project, [
      ["compute", "compute.googleapis.com"],
      ["iap", "iap.googleapis.com"],
    ]);
    this.addNetwork(enabled, services.length < 200 ? "10.1.0.0/24" : "10.1.0.0/20");
    this.testVm();
    services.forEach((service, place) => {
      this.endpoint(numbered("psc-endpoint", place), numbered("hello", service), after("10.1.0.5", place));
    });
  }

  addNetwork(enabled, range_) {
    const scope = new Construct(this.stack, "network");
    record(scope, "FirstDeployment", "first_deployment", { region: REGION }, { kept: true });
    const recorded = "terraform_data.first_deployment.output.region";
    this.network = new ComputeNetwork(scope, "Resource", {
      project: this.project,
      name: "consumer-vpc",
      autoCreateSubnetworks: false,
      dependsOn: enabled,
      lifecycle: {
        precondition: [
          {
            condition: `\${try(${recorded}, "${REGION}") == "${REGION}"}`,
            errorMessage:
              `The region cannot change from \${try(${recorded}, "")} to ${REGION} in one ` +
              "apply. Put the former region back, or destroy the consumers and then the producer and deploy " +
              "again.",
          },
        ],
      },
    });
    named(this.network, "network");
    this.subnet = new ComputeSubnetwork(scope, "Subnet", {
      project: this.project,
      region: REGION,
      name: "consumer-subnet",
      network: this.network.id,
      ipCidrRange: range_,
      logConfig: { aggregationInterval: "INTERVAL_5_SEC", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
    });
    named(this.subnet, "subnet");
  }

  testVm() {
    const scope = new Construct(this.stack, "vm");
    const firewall = new ComputeFirewall(scope, "Firewall", {
      project: this.project,
      name: "allow-iap-ssh",
      network: this.network.id,
      direction: "INGRESS",
      allow: [{ protocol: "tcp", ports: ["22"] }],
      sourceRanges: ["35.235.240.0/20"],
    });
    named(firewall, "test_vm_iap_ssh");
    const instance = new ComputeInstance(scope, "Resource", {
      project: this.project,
      zone: `${REGION}-b`,
      name: "test-vm",
      machineType: "e2-micro",
      bootDisk: { initializeParams: { image: "debian-cloud/debian-12" } },
      networkInterface: [{ network: this.network.id, subnetwork: this.subnet.id }],
      serviceAccount: { scopes: SCOPES },
      allowStoppingForUpdate: true,
      lifecycle: { replaceTriggeredBy: ["google_compute_subnetwork.subnet.id"] },
    });
    named(instance, "test_vm");
    const ssh = `gcloud compute ssh test-vm --project=${this.project} --zone=${REGION}-b --tunnel-through-iap`;
    output(this.stack, "test_vm_ssh_command", ssh, "Opens a shell on the test VM through IAP.");
  }

  endpoint(key, service, ip) {
    const name = under(key);
    const linkOutput = `${under(service)}_service_attachment_self_link`;
    const link = `\${try(${OUTPUTS}.${linkOutput}, "")}`;
    const scope = new Construct(this.stack, `endpoint-${key}`);
    const address = new ComputeAddress(scope, "Address", {
      project: this.project,
      region: REGION,
      name: `${key}-ip`,
      addressType: "INTERNAL",
      subnetwork: this.subnet.id,
      address: ip,
    });
    named(address, name);
    record(scope, "Target", `${name}_target`, { service_attachment: link }, { kept: false });
    const rule = new ComputeForwardingRule(scope, "Resource", {
      project: this.project,
      region: REGION,
      name: key,
      loadBalancingScheme: "",
      network: this.network.id,
      ipAddress: address.id,
      target: link,
      recreateClosedPsc: true,
      lifecycle: {
        replaceTriggeredBy: [
          `google_compute_address.${name}.id`,
          "google_compute_subnetwork.subnet.id",
          `terraform_data.${name}_target`,
        ],
        precondition: [
          {
            condition: `\${can(${OUTPUTS}.${linkOutput})}`,
            errorMessage:
              `The producer's state (${STATE}) has no output ${linkOutput}. Deploy the ` +
              "producer first (cdktf deploy producer); if it is deployed, see that it publishes the service " +
              `${service}.`,
          },
        ],
      },
    });
    named(rule, name);
    const status = `google_compute_forwarding_rule.${name}.psc_connection_status`;
    output(this.stack, `${name}_address`, address.address, `The address of ${key}.`);
    const works = `The connection of ${key}: ACCEPTED when it works.`;
    output(this.stack, `${name}_status`, `\${${status}}`, works);
    this.instruct(key, service, ip, link);
    const block = {
      condition: `\${${status} == "ACCEPTED"}`,
      error_message:
        `The endpoint ${key} is \${${status}}, not ACCEPTED. PENDING: the producer has to accept ` +
        `project ${this.project} for ${service}. REJECTED: it is on the producer's reject list, or the limit is ` +
        "used up. CLOSED: the attachment was deleted or replaced; apply this stack again.",
    };
    this.stack.addOverride(`check.${name}_accepted`, { assert: [block] });
  }

  instruct(key, service, ip, link) {
    const name = under(key);
    const port = `${OUTPUTS}.${under(service)}_port`;
    const describe = [
      "# Expected: ACCEPTED. PENDING: the producer has not accepted this project.",
      `gcloud compute forwarding-rules describe ${key} --project=${this.project} --region=${REGION} ` +
        "--format='value(pscConnectionStatus)'",
      "# The same from the producer's side (needs compute.viewer there):",
      `gcloud compute service-attachments describe ${link} --project=${PRODUCER_PROJECT} ` +
        "--format='yaml(connectedEndpoints)'",
    ];
    const about = "Step 7: shows the connection from both sides.";
    output(this.stack, `${name}_describe_command`, describe.join("\n"), about);
    const url = `\${try(${OUTPUTS}.${under(service)}_url, "URL_OF_THE_SERVICE")}`;
    const suffix = `\${try(${port} == 80 ? "" : ":\${${port}}", "")}`;
    const curl = [
      "# On the test VM. Expected: HTTP/1.1 200 OK and the page. 401: the token's audience is not",
      "# the service's URL.",
      "# 403: the VM's account is no invoker. 503: no proxy-only subnet, no backend. Time-out: not ACCEPTED.",
      `TOKEN=$(curl -s -H 'Metadata-Flavor: Google' '${TOKEN_URL}?audience=${url}')`,
      `curl -i http://${ip}${suffix}/ -H "Authorization: Bearer $TOKEN"`,
    ];
    output(this.stack, `${name}_curl_command`, curl.join("\n"), "Step 8: calls the service from the test VM.");
    const requests =
      `resource.type="cloud_run_revision" AND resource.labels.service_name="${service}-service" ` +
      `AND logName="projects/${PRODUCER_PROJECT}/logs/run.googleapis.com%2Frequests"`;
    const requestLog = [
      "# In the producer's project, some seconds after a call. remoteIp is an internal IPv6 address of Google's",
      "# fabric, never the VM's: the flow log has that.",
      `gcloud logging read '${requests}' --project=${PRODUCER_PROJECT} --limit=10 --format=` +
        "'table(timestamp,httpRequest.remoteIp,httpRequest.status,httpRequest.userAgent)'",
    ];
    output(this.stack, `${name}_request_log_query`, requestLog.join("\n"), "Step 9: who the service saw.");
    const flows =
      `logName="projects/${this.project}/logs/compute.googleapis.com%2Fvpc_flows" ` +
      `AND jsonPayload.connection.dest_ip="${ip}"`;
    const flowLog = [
      "# In the consumer's project, five to ten minutes after a call (a sample). src_ip is the VM's.",
      `gcloud logging read '${flows}' --project=${this.project} --limit=10 --format=` +
        "'table(timestamp,jsonPayload.connection.src_ip,jsonPayload.connection.dest_ip," +
        "jsonPayload.connection.dest_port)'",
    ];
    output(this.stack, `${name}_flow_log_query`, flowLog.join("\n"), "Step 10: which VM really called.");
  }
}

const [services, consumers] = process.argv.slice(2, 4).map(Number);
const app = new App({ outdir: process.argv[4], stackTraces: false });
const producer = new Producer(app, services, consumers);
for (const index of range(consumers)) {
  const consumer = new Consumer(app, index, servicesOf(index, services, consumers));
  consumer.stack.addDependency(producer.stack);
}
app.synth();
