import { fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

const PROCESS = resolve(import.meta.dirname, "vitest-process.mjs");

/**
 * Keeps one process that runs tests and replaces it after a time-out. Its requests run one at a time.
 *
 * @param {{env?: Record<string, string>}} [options] `MUTATE_HITS`: the folder for records of covered blocks
 */
export function createTestRunner({ env = {} } = {}) {
  let child;

  async function start() {
    // A group of its own: the workers of Vitest end with it, also those in an infinite loop.
    const started = fork(PROCESS, {
      detached: true,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, ...env },
    });
    const failed = once(started, "exit").then(() =>
      Promise.reject(new Error("the process that runs the tests has ended")),
    );
    await Promise.race([once(started, "message"), failed]);
    failed.catch(() => undefined);
    return started;
  }

  function close() {
    if (child?.pid !== undefined) {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // The process has ended by itself.
      }
    }
    child = undefined;
  }

  return {
    close,

    /** @returns {Promise<any>} the answer, or `{ timedOut: true }` after `timeoutMs` */
    async request(message, timeoutMs) {
      child ??= await start();
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), timeoutMs);
      const { signal } = controller;
      try {
        const answered = Promise.race([
          once(child, "message", { signal }),
          once(child, "exit", { signal }).then(() => [{ timedOut: true }]),
        ]);
        child.send(message);
        const [answer] = await answered;
        if (answer.timedOut) close();
        if (answer.error) throw new Error(answer.error);
        return answer;
      } catch (error) {
        if (!signal.aborted) throw error;
        close();
        return { timedOut: true };
      } finally {
        clearTimeout(timer);
        controller.abort();
      }
    },
  };
}
