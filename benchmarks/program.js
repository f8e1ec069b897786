// A deployment as a native CDKTF program in JavaScript: program.py, function by function; see there.
// Usage: program.js DEPLOYMENT OUTDIR.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const cdktf = require("cdktf");
const { Construct } = require("constructs");
const { GoogleProvider } = require("@cdktf/provider-google/lib/provider");

const REFERENCE = /\$\{((?:data\.)?\w+\.\w+)\.(\w+)\}/g;
// Kinds that are Terraform's own: their classes are cdktf's.
const BUILT_IN = new Set(["terraform_data", "terraform_remote_state"]);

// A Terraform name as it stands in the names of arguments, and of classes.
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const pascal = (name) => camel(`_${name}`);

// The class of a resource or data source.
const binding = (section, kind) => {
  const name = section === "data" ? `data_${kind}` : kind.replace(/^google_/, "");
  return require(`@cdktf/provider-google/lib/${name.replaceAll("_", "-")}`)[pascal(name)];
};

// One stack, from backend and provider to outputs and checks.
class Stack {
  constructor(app, name, given, order, bindings) {
    this.stack = new cdktf.TerraformStack(app, name);
    this.bindings = bindings;
    this.scopes = new Map([[name, this.stack]]);
    this.made = new Map();
    new cdktf.LocalBackend(this.stack, given.terraform.backend.local);
    new GoogleProvider(this.stack, "google", this.arguments(given.provider.google[0]));
    this.stack.addOverride("terraform.required_version", given.terraform.required_version);
    const { version } = given.terraform.required_providers.google;
    this.stack.addOverride("terraform.required_providers.google.version", version);
    for (const address of order) {
      const [section, kind, id] = address.split(".");
      this.add(section, kind, id, given[section][kind][id]);
    }
    for (const [id, output] of Object.entries(given.output)) {
      new cdktf.TerraformOutput(this.stack, id, this.arguments(output)).overrideLogicalId(id);
    }
    for (const [id, check] of Object.entries(given.check)) this.stack.addOverride(`check.${id}`, check);
    for (const section of ["moved", "removed"]) if (section in given) this.stack.addOverride(section, given[section]);
  }

  // One resource or data source; what it refers to was added before.
  add(section, kind, name, given) {
    let element;
    if (kind === "terraform_remote_state") {
      element = new cdktf.DataTerraformRemoteStateLocal(this.stack, name, given.config);
      element.addOverride("count", given.count);
    } else if (kind === "terraform_data") {
      const { input, ...known } = given;
      const props = { terraformResourceType: kind, ...this.arguments(known) };
      element = new cdktf.TerraformResource(...this.place(given), props);
      element.addOverride("input", input);
    } else {
      element = new (this.bindings.get(`${section}.${kind}`))(...this.place(given), this.arguments(given));
    }
    element.overrideLogicalId(name);
    this.made.set(section === "data" ? `data.${kind}.${name}` : `${kind}.${name}`, element);
  }

  // Scope and id, by the path that cdktf notes down.
  place(given) {
    const { dir, base } = path.posix.parse(given["//"].metadata.path);
    return [this.scope(dir), base];
  }

  // The construct at a path, made when it is first asked for.
  scope(at) {
    if (!this.scopes.has(at)) {
      const { dir, base } = path.posix.parse(at);
      this.scopes.set(at, new Construct(this.scope(dir), base));
    }
    return this.scopes.get(at);
  }

  // The arguments of a class or block.
  arguments(given) {
    const made = {};
    for (const [key, value] of Object.entries(given)) {
      if (key === "depends_on") made.dependsOn = value.map((address) => this.made.get(address));
      else if (key !== "//") made[camel(key)] = this.value(value);
    }
    return made;
  }

  // An argument's value.
  value(given) {
    if (typeof given === "string") {
      return given.replace(REFERENCE, (_, address, key) => this.made.get(address)[camel(key)]);
    }
    if (Array.isArray(given)) return given.map((item) => this.value(item));
    return typeof given === "object" ? this.arguments(given) : given;
  }
}

const [deployment, outdir] = process.argv.slice(2);
const read = (...parts) => JSON.parse(fs.readFileSync(path.join(deployment, ...parts), "utf8"));
const order = Object.entries(read("order.json"));
const given = new Map(order.map(([name]) => [name, read("stacks", name, "cdk.tf.json")]));
const bindings = new Map();
for (const address of order.flatMap(([, addresses]) => addresses)) {
  const [section, kind] = address.split(".");
  const known = BUILT_IN.has(kind) || bindings.has(`${section}.${kind}`);
  if (!known) bindings.set(`${section}.${kind}`, binding(section, kind));
}
const app = new cdktf.App({ outdir, stackTraces: false });
const stacks = new Map();
for (const [name, addresses] of order) {
  stacks.set(name, new Stack(app, name, given.get(name), addresses, bindings).stack);
}
for (const [name, { dependencies }] of Object.entries(read("manifest.json").stacks)) {
  for (const dependency of dependencies) stacks.get(name).addDependency(stacks.get(dependency));
}
app.synth();
