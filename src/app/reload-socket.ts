import { join } from "node:path";
import type { ReloadResult } from "../config/reload.ts";
import type { Logger } from "../logging/logger.ts";
import { drain, ListenError, listen } from "../server/listen.ts";
import { type ListenAddress, parseListenAddress } from "../server/listen-address.ts";
import { reloadRoute } from "../server/routes/operator.ts";
import { createServer } from "../server/server.ts";

/**
 * A unix socket for the command `reload`, by which systemd learns the result of a reload. It needs neither TLS nor a user:
 * only the exporter's own user may connect. It is in the folder that systemd makes for the service (RuntimeDirectory=).
 */

/** @returns undefined without such a folder; systemd names several ones with colons between them */
export function reloadSocketPath({ RUNTIME_DIRECTORY: folders = "" }: NodeJS.ProcessEnv): string | undefined {
  const [folder = ""] = folders.split(":");
  return folder === "" ? undefined : join(folder, "reload.sock");
}

/** The system would cut the path, and the socket would be another one. */
export const PATH_TOO_LONG = "the path is longer than a path of a socket may be";

/** @returns undefined if the path is too long for a socket */
export function socketAddress(path: string): ListenAddress | undefined {
  try {
    return parseListenAddress(`unix:${path}`);
  } catch {
    return undefined;
  }
}

const MAX_CONNECTIONS = 4;

/** @returns closes the socket */
export async function openReloadSocket(
  path: string | undefined,
  reload: (cause: string) => Promise<ReloadResult>,
  log: Logger,
): Promise<() => Promise<void>> {
  if (path === undefined) return async () => {};
  const warn = (reason: string, code?: string) =>
    log.warn(
      { code },
      `systemctl reload will fail: cannot listen on ${path} (${reason}): expected a RuntimeDirectory= of this service alone; ` +
        "changes of the file are applied all the same",
    );
  const address = socketAddress(path);
  if (address === undefined) {
    warn(PATH_TOO_LONG);
    return async () => {};
  }
  const server = createServer({
    routes: [reloadRoute(() => reload("systemctl reload"))],
    log,
    observeRequest: () => {},
    maxConnections: MAX_CONNECTIONS,
  });
  try {
    await listen(server.http, address);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    warn(error.code, error.code);
  }
  // Also after an error: it listens if only the mode of the socket could not be set.
  return () => drain(server);
}
