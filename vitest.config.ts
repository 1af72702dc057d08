import { defineConfig } from "vitest/config";

const common = { testTimeout: 15_000, hookTimeout: 30_000 };

/** Tests that start other programs: nodes, Prometheus, promtool, the exporter itself. */
const REAL_PROGRAMS = ["test/e2e/**/*.test.ts", "test/prometheus/**/*.test.ts", "test/reliability/**/*.test.ts"];

/** Unit tests first; then the tests against real servers, one file at a time, as each wants the machine for itself. */
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
          maxWorkers: 2,
          include: ["test/**/*.test.ts"],
          exclude: [...REAL_PROGRAMS],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: "e2e",
          include: [...REAL_PROGRAMS],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
