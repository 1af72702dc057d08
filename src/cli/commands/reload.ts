import { request } from "node:http";
import { PATH_TOO_LONG, reloadSocketPath, socketAddress } from "../../app/reload-socket.ts";
import { errorCode } from "../../lib/errno.ts";
import type { Context } from "../context.ts";

/** More than the problems of any configuration that people read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Before systemd ends the command without a word (TimeoutStartSec is 90 seconds by default). */
const TIMEOUT_MS = 60_000;

/**
 * Reloads the exporter of the same service of systemd and waits for the result.
 * @returns the exit code: 1 if the configuration was not applied
 */
export async function reload(
  env: NodeJS.ProcessEnv,
  { print, printError }: Pick<Context, "print" | "printError">,
  timeoutMs = TIMEOUT_MS,
): Promise<number> {
  const path = reloadSocketPath(env);
  if (path === undefined) {
    printError(
      "reload: RUNTIME_DIRECTORY is not set: the command is for ExecReload= of a unit with RuntimeDirectory=; " +
        "elsewhere, send SIGHUP to the exporter, or POST /-/reload\n",
    );
    return 1;
  }
  if (socketAddress(path) === undefined) {
    printError(`reload: cannot ask on ${path}: ${PATH_TOO_LONG}: choose a shorter RuntimeDirectory=\n`);
    return 1;
  }
  try {
    const { status, text } = await ask(path, timeoutMs);
    (status === 200 ? print : printError)(text.replace(/^\d{3}: /, ""));
    return status === 200 ? 0 : 1;
  } catch (error) {
    const isLate = error instanceof Error && error.name === "AbortError";
    const reason = isLate ? `within ${timeoutMs / 1000} seconds` : `(${errorCode(error)})`;
    printError(`reload: no answer on ${path} ${reason}: is the exporter of this service running?\n`);
    return 1;
  }
}

async function ask(socketPath: string, timeoutMs: number): Promise<{ readonly status: number; readonly text: string }> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: "/-/reload", method: "POST", agent: false, signal }, (response) => {
      let text = "";
      const end = () => resolve({ status: response.statusCode ?? 0, text });
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (text.length <= MAX_ANSWER_BYTES) return;
        end();
        sent.destroy();
      });
      response.on("end", end).on("error", reject);
    });
    // Without a listener nothing would come: the process would end as if the reload had succeeded.
    sent.on("upgrade", ({ statusCode = 0 }) => {
      sent.destroy();
      resolve({ status: statusCode, text: `reload: expected HTTP status 200, found ${statusCode}\n` });
    });
    sent.on("error", reject).end();
  });
}
