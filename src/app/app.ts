import type { ReloadResult } from "../config/reload.ts";
import { inParallel } from "../lib/queue.ts";
import { createShutdown } from "../lib/shutdown.ts";
import type { CloseReason } from "../metrics/self.ts";
import { MAX_CONNECTIONS } from "../server/limits.ts";
import { drain, listen } from "../server/listen.ts";
import type { InheritedSocket, ListenAddress } from "../server/listen-address.ts";
import type { HttpResponse, Request } from "../server/respond.ts";
import type { NodeCounts } from "../server/routes/operator.ts";
import { createServer, type HttpServer } from "../server/server.ts";
import type { Access } from "../server/web-config/access-control.ts";
import type { WebAccess } from "../server/web-config/open.ts";
import { readDescriptors, shareDescriptors } from "./descriptors.ts";
import type { Exporter, ExporterOptions } from "./exporter.ts";

export type AppOptions = Omit<ExporterOptions, "access" | "descriptors" | "shares"> & {
  readonly addresses: readonly (ListenAddress | InheritedSocket)[];
  /** Host names that requests may be for, as `parseHostName` returns them; without them, every name. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Users, TLS and the rest of --web.config.file. */
  readonly access?: (Access & Pick<WebAccess, "reload" | "onRead">) | undefined;
  /** Called when it listens. Requests that come before the start has ended wait for it. */
  readonly onListening?: ((addresses: readonly string[]) => void) | undefined;
  /** Called when everything is loaded, before the first poll. */
  readonly onLoaded?: (() => void) | undefined;
};

export type App = {
  /** Where it listens, as URLs (or unix:PATH). */
  readonly addresses: readonly string[];
  /** Applies the configuration that `load` returns and logs the result; never rejects. */
  reload(cause: string): Promise<ReloadResult>;
  nodeCounts(): NodeCounts;
  /** Ends polls and schedule, waits for requests in flight, and closes everything. */
  close(): Promise<void>;
};

/**
 * Listens first. What answers the requests and polls the nodes is most of the program, and is loaded after that.
 * @throws ListenError
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { addresses, location, allowedHosts, log, access, onListening, onLoaded } = options;
  const descriptors = readDescriptors();
  const shares = shareDescriptors(MAX_CONNECTIONS, descriptors);
  const maxConnections = Math.max(1, Math.floor(shares.clients / addresses.length));
  const { exporter, isBuilt } = createPending();
  const serverOptions = { location, log, access, maxConnections, allowedHosts, ...answeredBy(exporter) };
  const servers = addresses.map((address) => ({ address, server: createServer(serverOptions) }));
  try {
    // All are waited for also when one fails: one that listens later could not be closed, and would leave its socket file.
    const listening = await inParallel(servers, servers.length, ({ server, address }) => listen(server.http, address));
    onListening?.(listening);
    const { createExporter } = await import("./exporter.ts");
    const built = await createExporter({ ...options, descriptors, shares });
    isBuilt(built);
    onLoaded?.();
    await built.schedule();
    const shutdown = createShutdown();
    built.closeWith(shutdown);
    for (const { server } of servers) shutdown.addSlow(() => drain(server));
    return { addresses: listening, reload: built.reload, nodeCounts: built.nodeCounts, close: shutdown.run };
  } catch (error) {
    await Promise.all(servers.map(({ server }) => abandon(server)));
    throw error;
  }
}

/** What is built after the server listens. */
function createPending() {
  let isBuilt: (exporter: Exporter) => void = () => {};
  const exporter = new Promise<Exporter>((resolve) => {
    isBuilt = resolve;
  });
  return { exporter, isBuilt };
}

/** What the server asks of an exporter and tells it. */
function answeredBy(exporter: Promise<Exporter>) {
  let built: Exporter | undefined;
  void exporter.then((known) => {
    built = known;
  });
  return {
    routes: exporter.then(({ routes }) => routes),
    showError: (response: HttpResponse, request: Request) => built?.showError(response, request) ?? response,
    observeRequest: (route: string, code: number, seconds: number) => built?.observeRequest(route, code, seconds),
    observeClosed(reason: CloseReason): void {
      if (built !== undefined) built.connectionClosed(reason);
      else void exporter.then(({ connectionClosed }) => connectionClosed(reason));
    },
  };
}

/** Closes a server that will never answer. */
async function abandon(server: HttpServer): Promise<void> {
  server.closeConnections();
  await server.close();
}
