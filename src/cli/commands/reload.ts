import { request } from "node:http";
import { reloadSocketPath } from "../../app/reload-socket.ts";
import { errorCode } from "../../lib/errno.ts";
import type { Context } from "../context.ts";

/** More than the problems of any configuration that people read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Reloads the exporter of the same service of systemd and waits for the result. systemd limits the time (TimeoutStartSec).
 * @returns the exit code: 1 if the configuration was not applied
 */
export async function reload(env: NodeJS.ProcessEnv, { print, printError }: Context): Promise<number> {
  const path = reloadSocketPath(env);
  if (path === undefined) {
    printError(
      "reload: RUNTIME_DIRECTORY is not set: the command is for ExecReload= of a unit with RuntimeDirectory=; " +
        "elsewhere, send SIGHUP to the exporter, or POST /-/reload\n",
    );
    return 1;
  }
  try {
    const { status, text } = await ask(path);
    (status === 200 ? print : printError)(text.replace(/^\d{3}: /, ""));
    return status === 200 ? 0 : 1;
  } catch (error) {
    printError(`reload: no answer on ${path} (${errorCode(error)}): is the exporter of this service running?\n`);
    return 1;
  }
}

async function ask(socketPath: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: "/-/reload", method: "POST", agent: false }, (response) => {
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
    sent.on("error", reject).end();
  });
}
