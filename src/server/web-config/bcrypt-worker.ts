import { parentPort } from "node:worker_threads";
import { compareSync } from "bcryptjs";
import { isObject } from "../../lib/json.ts";

/** One comparison, as the thread receives it. */
export type Comparison = {
  readonly password: string;
  /** In bcrypt's form, as a web configuration file has it. */
  readonly hash: string;
};

/**
 * The program of the thread that checks passwords: a comparison keeps a processor busy for a tenth of a second and longer. It
 * receives comparisons and sends whether the password belongs to the hash.
 */
parentPort?.on("message", (message: unknown) => {
  if (!isComparison(message)) throw new Error("expected a password and a hash");
  const { password, hash } = message;
  parentPort?.postMessage(compareSync(password, hash));
});

/** Messages of another thread have no type. */
function isComparison(message: unknown): message is Comparison {
  return isObject(message) && typeof message.password === "string" && typeof message.hash === "string";
}
