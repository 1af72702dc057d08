import { defineConfig } from "vitest/config";

const common = { testTimeout: 15_000, hookTimeout: 30_000 };
const patient = { testTimeout: 120_000, hookTimeout: 120_000 };

/** Tests that start other programs: nodes, Prometheus, promtool, the exporter itself. */
const REAL_PROGRAMS = [
  ...["e2e", "prometheus", "reliability"].map((folder) => `test/${folder}/**/*.test.ts`),
  ...["test/supply-chain.test.ts", "test/support/servers.test.ts"],
];

/** Those that load the machine, or look at how soon something happens or at the memory: each wants it for itself. */
const DEMANDING = [
  ...["test/e2e/load.test.ts", "test/soak.test.ts"],
  ...["changes", "heavy", "nodes"].map((name) => `test/reliability/${name}.test.ts`),
];

/** Unit tests first; then the tests against real servers, which mostly wait, two at a time; at last the demanding ones. */
export default defineConfig({
  test: {
    globalSetup: "test/support/build.ts",
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
          maxWorkers: 2,
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
