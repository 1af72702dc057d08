import { parentPort } from "node:worker_threads";
import { compareSync } from "bcryptjs";
import { isObject } from "../../lib/json.ts";

/** Runs in a thread of its own: a comparison keeps its processor busy for a tenth of a second and longer. */
parentPort?.on("message", (message: unknown) => {
  if (!isObject(message)) return;
  const { password, hash } = message;
  if (typeof password !== "string" || typeof hash !== "string") return;
  parentPort?.postMessage(compareSync(password, hash));
});
