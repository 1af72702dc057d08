import { parentPort } from "node:worker_threads";
import { compareSync } from "bcryptjs";
import { isObject } from "../../lib/json.ts";

/** Runs in a thread of its own: each comparison takes a processor a tenth of a second or longer. */
parentPort?.on("message", (message: unknown) => {
  if (!isObject(message)) return;
  const { password, hash } = message;
  if (typeof password !== "string" || typeof hash !== "string") return;
  parentPort?.postMessage(compareSync(password, hash));
});
