import { resolve } from "node:path";
import { loadConfigFromFile } from "vite";
import { createVitest } from "vitest/node";
import { probed } from "./mutants.mjs";

/**
 * A process that runs unit tests on request, with one file of the source replaced in memory. It is a process of its own, so that an
 * infinite loop in a mutant can be ended from outside. Started with `fork`; each message has an answer:
 *
 * - `{ type: "cover", folders, filters }`: runs the unit tests whose paths have one of the filters in them, with probes in the folders' files.
 * - `{ type: "run", file, text, tests }`: runs the tests in the given order up to the first failure.
 */

const root = resolve(import.meta.dirname, "../..");
const records = process.env.MUTATE_HITS !== undefined;

/** Absolute path and text of the mutated file, or undefined. */
let replaced;
let probedFolders = [];
/** The failed test files of this run; Vitest's own result has those of earlier runs as well. */
let failures = [];
const reporter = {
  onTestModuleEnd: (module) => {
    if (!module.ok()) failures.push(module);
  },
};

function transform(code, id) {
  if (id === replaced?.file) return { code: replaced.text, map: null };
  const folder = probedFolders.find((folder) => id.startsWith(`${folder}/`));
  return folder === undefined ? undefined : { code: probed(code, id), map: null };
}

/** The unit project of vitest.config.ts, one worker without output. */
function testConfig({ projects, ...common }) {
  const unit = projects.find(({ test }) => test.name === "unit").test;
  return {
    ...common,
    ...unit,
    ...{ config: false, watch: false, reporters: [reporter], silent: true, isolate: false },
    ...(records
      ? { setupFiles: [resolve(import.meta.dirname, "record-hits.mjs")], maxWorkers: 2 }
      : { maxWorkers: 1, bail: 1 }),
    sequence: { sequencer: AsGiven },
  };
}

/** Tests run in the order in which they are given. */
class AsGiven {
  async sort(files) {
    return files;
  }
  async shard(files) {
    return files;
  }
}

async function cover({ folders, filters }) {
  probedFolders = folders;
  const { testModules } = await vitest.runTestSpecifications(await vitest.globTestSpecifications(filters));
  return {
    tests: testModules.map((module) => ({
      file: module.moduleId,
      passed: module.ok(),
      duration: module.diagnostic().duration,
      imports: importsOf(module.moduleId).filter((file) => folders.some((folder) => file.startsWith(`${folder}/`))),
    })),
  };
}

/** All files that a test imports, directly or not. */
function importsOf(test) {
  const { moduleGraph } = vitest.vite.environments.ssr;
  const found = new Set();
  const queue = [...(moduleGraph.getModulesByFile(test) ?? [])];
  for (const module of queue)
    for (const imported of module.importedModules) {
      if (found.has(imported.file)) continue;
      found.add(imported.file);
      queue.push(imported);
    }
  return [...found].filter((file) => file !== null);
}

async function run({ file, text, tests }) {
  replaced = { file, text };
  failures = [];
  vitest.invalidateFile(file);
  try {
    const project = vitest.getRootProject();
    const { unhandledErrors } = await vitest.runTestSpecifications(
      tests.map((test) => project.createSpecification(test)),
    );
    const [failed] = failures;
    if (failed) return { failed: { file: failed.moduleId, name: nameOf(failed) } };
    return unhandledErrors.length > 0 ? { failed: { name: "an unhandled error" } } : {};
  } finally {
    replaced = undefined;
    vitest.invalidateFile(file);
  }
}

function nameOf(module) {
  const [test] = module.children.allTests("failed");
  const [error] = test?.result().errors ?? module.errors();
  return `${module.relativeModuleId}${test ? ` > ${test.fullName}` : ""}: ${error?.message.split("\n")[0] ?? ""}`;
}

const { config } = await loadConfigFromFile({ command: "serve", mode: "test" }, resolve(root, "vitest.config.ts"));
const { test, plugins = [], ...others } = config;
const vitest = await createVitest("test", testConfig(test), {
  ...others,
  root,
  plugins: [{ name: "mutate", enforce: "pre", transform }, ...plugins],
});

process.on("message", async (message) => {
  try {
    process.send(await (message.type === "cover" ? cover(message) : run(message)));
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});
process.on("disconnect", () => process.exit());
process.send({ ready: true });
