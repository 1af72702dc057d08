import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { nginxConfiguration } from "../../bench/support/nginx-config.mjs";
import { freePort, startProcess, tempFolder, waitFor } from "./servers.ts";

type NginxOptions = {
  readonly port?: number;
  /** The directives of its server, in place of those that pass on every path unchanged. */
  readonly server?: string;
  /** A path that answers 200 when the upstream does. */
  readonly ready?: string;
};

/**
 * Runs nginx.
 * @param path where nginx is
 * @param parts directives of the blocks `http` and `server`; the server listens on `port` of 127.0.0.1
 */
export async function runNginx(
  path: string,
  { port, http, server }: { readonly port: number; readonly http: string; readonly server: string },
): Promise<{ stop(): Promise<number> }> {
  const folder = tempFolder();
  const file = join(folder, "nginx.conf");
  const main = "master_process off;\nerror_log stderr warn;\nevents { worker_connections 256; }";
  writeFileSync(file, nginxConfiguration({ folder, port, main, http, server }));
  const program = await startProcess(path, ["-e", "stderr", "-p", folder, "-c", file]);
  const url = `http://127.0.0.1:${port}/`;
  await waitFor(async () => (await fetch(url)).status > 0, "nginx to answer", { program });
  return { stop: program.stop };
}

/**
 * A reverse proxy that opens a connection of its own for each request, until the test ends.
 * @param path where nginx is
 * @returns its URL
 */
export async function startNginx(path: string, upstream: string, options: NginxOptions = {}): Promise<string> {
  const { port = await freePort(), ready = "/-/healthy" } = options;
  const { server = `location / { proxy_pass ${upstream}; proxy_ssl_verify off; }` } = options;
  const folder = tempFolder();
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    nginxConfiguration({
      folder,
      port,
      main: "master_process off;\nerror_log stderr warn;\nevents { worker_connections 2048; }",
      http: "proxy_buffering on;",
      server,
    }),
  );
  const program = await startProcess(path, ["-e", "stderr", "-p", folder, "-c", file]);
  onTestFinished(async () => void (await program.stop()));
  const url = `http://127.0.0.1:${port}`;
  await waitFor(async () => (await fetch(`${url}${ready}`)).ok, "nginx to answer", { program });
  return url;
}
