// Runs in jsii's kernel process before jsii's own program (see kernel_process.py). Three things are lighter here:
// compiled code is kept between runs, type definitions are read one by one, and no token keeps a stack trace.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const Module = require("node:module");

// The program that asked was ended: nobody wants a trace then, which would show all of jsii's code.
process.on("uncaughtException", (error) => {
  if (error.code !== "EPIPE" && error.code !== "ECONNRESET") throw error;
  process.exit(1);
});

const cache = process.env.CLOUDRUN_PSC_COMPILE_CACHE;
delete process.env.CLOUDRUN_PSC_COMPILE_CACHE;
// Node 22.1 and later; V8 itself refuses what is damaged or was made by another version.
if (cache && Module.enableCompileCache) Module.enableCompileCache(cache);

// The kernel links its packages into a new temporary folder at each run. Code is kept under the name of its file, so it
// is compiled under the name behind the link, which stays the same.
const LINKED = /^(.*?[\\/]jsii-kernel-[^\\/]+[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)([\\/].*)$/;
const behind = new Map();
const real = (file) => {
  const parts = LINKED.exec(file);
  if (!parts) return file;
  if (!behind.has(parts[1])) behind.set(parts[1], fs.realpathSync(parts[1]));
  return behind.get(parts[1]) + parts[2];
};

// Made for every token, read only where resolving one fails; and then it shows the kernel's frames, none of the app's.
const STACK = path.join(process.env.CLOUDRUN_PSC_CDK, "lib", "tokens", "private", "stack-trace.js");
delete process.env.CLOUDRUN_PSC_CDK;
const LEFT_OUT = Object.freeze(["(left out by fast synthesis; CLOUDRUN_PSC_FAST_SYNTHESIS=off shows it)"]);
const leaveOut = ({ exports }) => {
  if (typeof exports.captureStackTrace === "function") exports.captureStackTrace = () => LEFT_OUT.slice();
};

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, file, ...rest) {
  const result = compile.call(this, content, real(file), ...rest);
  if (file.endsWith(STACK)) leaveOut(this);
  return result;
};

// The kernel reads the whole file (100 MB for the google provider) to take some slices out of it by
// toString("utf-8", begin, end); this reads the slices.
const DEFINITIONS = ".jsii.runtime-defs.v1.jsonl";
const read = fs.readFileSync;
fs.readFileSync = function (file, ...rest) {
  if (typeof file !== "string" || rest.length > 0 || !file.endsWith(DEFINITIONS)) return read.call(this, file, ...rest);
  const descriptor = fs.openSync(file, "r");
  return {
    toString(encoding, begin, end) {
      const slice = Buffer.allocUnsafe(end - begin);
      for (let got = 0; got < slice.length; ) {
        const more = fs.readSync(descriptor, slice, got, slice.length - got, begin + got);
        if (more === 0) throw new Error(`${file} ends too early`);
        got += more;
      }
      return slice.toString(encoding);
    },
  };
};

// A package that was unpacked with a bundle of its modules: they run from there, under their own names and in Node's own
// registry, so that whoever asks for one of them by another way gets the same.
const bundles = new Map();
const bundleOf = (home) => {
  if (!bundles.has(home)) {
    const file = path.join(fs.realpathSync(home), ".bundle.js");
    const script = fs.existsSync(file) ? new Module(file, null) : undefined;
    if (script) script._compile(read(file, "utf8"), file);
    bundles.set(home, script && script.exports);
  }
  return bundles.get(home);
};

const run = (module, home, name) => {
  const [functions, required] = bundleOf(home);
  const require = (request) => {
    const target = required[name][request];
    if (target === undefined) return module.require(request);
    const file = home + path.sep + target;
    const known = Module._cache[file];
    if (known) return known.exports;
    const child = new Module(file, module);
    Module._cache[file] = child;
    child.filename = file;
    child.paths = Module._nodeModulePaths(path.dirname(file));
    try {
      run(child, home, target);
    } catch (error) {
      delete Module._cache[file];
      throw error;
    }
    child.loaded = true;
    return child.exports;
  };
  const { filename, exports } = module;
  Reflect.apply(functions[name], exports, [exports, require, module, filename, path.dirname(filename)]);
  if (filename.endsWith(STACK)) leaveOut(module);
};

const load = Module._extensions[".js"];
Module._extensions[".js"] = function (module, file) {
  const parts = LINKED.exec(file);
  const name = parts && parts[2].slice(1).replaceAll("\\", "/");
  if (name && bundleOf(parts[1])?.[0][name]) run(module, parts[1], name);
  else load(module, file);
};
