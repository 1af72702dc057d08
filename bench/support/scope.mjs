// What a bench started ends with it, also when it throws or is interrupted: children by their pid, temporary folders by
// their path.
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A child gets this long to end by itself. */
const PATIENCE_MS = 8000;

/** All open resources of this process, in case it must end immediately. */
const children = new Set();
const folders = new Set();

process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/**
 * Runs the work with a scope of its own.
 * @template T
 * @param {(scope: Scope) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withScope(work) {
  const scope = createScope();
  try {
    return await work(scope);
  } finally {
    await scope.close();
  }
}

/** @typedef {ReturnType<typeof createScope>} Scope */
function createScope() {
  const own = [];
  return {
    /** Ends the child with the scope. */
    adopt(child) {
      children.add(child);
      child.once("exit", () => children.delete(child));
      own.unshift(() => stop(child));
      return child;
    },
    /** A folder that is removed with the scope. */
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), "peer-exporter-bench-"));
      folders.add(folder);
      own.unshift(() => {
        rmSync(folder, { recursive: true, force: true });
        folders.delete(folder);
      });
      return folder;
    },
    async close() {
      for (const end of own) await end();
    },
  };
}

/** @param {import("node:child_process").ChildProcess} child */
export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  await ended;
  clearTimeout(timer);
}
