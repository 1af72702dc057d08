import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { embeddedInTests } from "./scripts/embedded.mjs";

const common = { testTimeout: 15_000, hookTimeout: 30_000 };
/** Each may wait for several programs, and only a failure takes so long. */
const patient = { testTimeout: 300_000, hookTimeout: 300_000 };

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

/** They watch the demo for minutes and hardly use a core: begun last, they would be all that is left to wait for. */
const LONG: readonly string[] = ["test/e2e/demo.test.ts", "test/e2e/stack.test.ts"];

/** Within a project, those that take long first. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.includes(relative(this.ctx.config.root, moduleId));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Unit tests first; then the tests against real servers, which mostly wait, four at a time; at last the demanding ones. */
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
          // Some wait for sockets and timers: one more than CI has cores.
          maxWorkers: 3,
          include: ["test/**/*.test.ts"],
          exclude: [...REAL_PROGRAMS, ...DEMANDING],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          name: "e2e",
          include: [...REAL_PROGRAMS],
          exclude: [...DEMANDING],
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
    ],
  },
});
