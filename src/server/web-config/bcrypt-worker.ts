import { parentPort } from "node:worker_threads";
import { compareSync } from "bcryptjs";
import * as z from "zod";

/** Runs in a thread of its own: a comparison keeps its processor busy for a tenth of a second and longer. */
parentPort?.on("message", (message: unknown) => {
  const { password, hash } = question.parse(message);
  parentPort?.postMessage(compareSync(password, hash));
});

const question = z.object({ password: z.string(), hash: z.string() });
