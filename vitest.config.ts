import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { embeddedInTests } from "./scripts/embedded.mjs";

/** Only a failure takes so long, also on a busy machine. */
const common = { testTimeout: 30_000, hookTimeout: 30_000, expect: { poll: { timeout: 20_000 } } };
/** As common, where each may wait for several programs, and only a failure takes so long. */
const patient = { ...common, testTimeout: 300_000, hookTimeout: 300_000 };

/** Tests that start other programs: nodes, Prometheus, promtool, the exporter itself. */
const REAL_PROGRAMS = [
  ...["e2e", "prometheus", "reliability"].map((folder) => `test/${folder}/**/*.test.ts`),
  ...["test/supply-chain.test.ts", "test/support/servers.test.ts"],
];

/** Those that load the machine, or look at how soon something happens or at the memory: each wants it for itself. */
const DEMANDING = [
  ...["test/e2e/load.test.ts", "test/e2e/exporter-faults/large-reload.test.ts", "test/soak.test.ts"],
  ...["changes", "heavy", "hostile-node", "nodes", "timeouts"].map((name) => `test/reliability/${name}.test.ts`),
];

/** Campaigns, and what is too slow for a suite that runs after each change. */
const CAMPAIGNS = "test/**/*.long.test.ts";

/** Tests that try as many cases as they are asked for: a few in the unit suite, many in the long run (test/support/effort.ts). */
const TESTS = fileURLToPath(new URL("test/", import.meta.url));
const PROPERTIES = readdirSync(TESTS, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => /"fast-check"|\/effort\.ts"/.test(readFileSync(join(TESTS, file), "utf8")))
  .map((file) => `test/${file}`);

/** Tests of what `npm run package` has made, with other programs that only they need. */
const PACKAGES = "test/packages/**/*.test.ts";

/** They watch the demo, real nodes, an Alertmanager, files, scrapes, or an exporter with slow clients, and hardly use a core. */
const WATCHES = [
  ...["demo", "queries/demo", "stack", "troubles", "secrets", "monero-forks"],
  ...["bitcoin/access", "bitcoin/network"],
  ...["clients", "clock", "files", "log"].map((name) => `exporter-faults/${name}`),
  ...["duplicates", "web-config"],
].map((name) => `test/e2e/${name}.test.ts`);

/** Begun last, these would be all that is left to wait for. */
const FIRST: readonly string[] = [
  ...[...WATCHES, "test/tools/churn-week.long.test.ts"],
  ...["test/e2e/monero.test.ts", "test/reliability/wrong-types.test.ts"],
];

/** Unit tests whose subject is time: they mostly wait. */
const WAITING: readonly string[] = [
  ...["clients/clients", "limits", "send"].map((name) => `test/server/${name}.test.ts`),
  ...["app", "target-probe"].map((name) => `test/app/${name}.test.ts`),
  ...["test/chains/wire/session-plugin.test.ts", "test/chains/wire/session.test.ts", "test/rpc/client.test.ts"],
];

/** Within a project, those that take long first; but those that wait one after the other, so that the others use the cores. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isIn = (list: readonly string[], { moduleId }: TestSpecification) =>
      list.includes(relative(this.ctx.config.root, moduleId));
    const sorted = await super.sort(files);
    const first = sorted.filter((file) => isIn(FIRST, file));
    const waiting = sorted.filter((file) => isIn(WAITING, file));
    const others = sorted.filter((file) => !isIn(FIRST, file) && !isIn(WAITING, file));
    const gap = Math.ceil(others.length / (waiting.length + 1));
    return [
      ...first,
      ...others.flatMap((file, index) => [...(index % gap === 0 ? waiting.splice(0, 1) : []), file]),
      ...waiting,
    ];
  }
}

/**
 * Unit tests first; then the tests against real servers, which mostly wait, four at a time; at last the demanding ones.
 * `npm test` runs these three, `npm run test:long` the fourth, `npm run test:packages` the fifth.
 */
export default defineConfig({
  plugins: [embeddedInTests()],
  test: {
    globalSetup: "test/support/build.ts",
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        test: {
          ...common,
          name: "unit",
          // Files share their modules: loading the libraries anew for each would take most of the time.
          isolate: false,
          // Many wait for sockets and timers: more workers than CI has cores.
          maxWorkers: 5,
          include: ["test/**/*.test.ts"],
          exclude: [...REAL_PROGRAMS, ...DEMANDING, CAMPAIGNS, PACKAGES],
          setupFiles: ["test/support/properties.ts"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          name: "e2e",
          include: [...REAL_PROGRAMS],
          exclude: [...DEMANDING, ...WATCHES, CAMPAIGNS],
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          name: "demanding",
          include: [...DEMANDING],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          name: "long",
          include: [...WATCHES, CAMPAIGNS, ...PROPERTIES],
          env: { TEST_LONG: "1" },
          setupFiles: ["test/support/properties.ts"],
          isolate: false,
          // Those that watch need three of them.
          maxWorkers: 4,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          name: "packages",
          include: [PACKAGES],
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
