// nginx as the baseline: Debian's binary, the same bytes as a static file.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nginxConfiguration } from "./nginx-config.mjs";
import { onServerCore } from "./pin.mjs";
import { freePort, startChild } from "./process.mjs";

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {{ page: Buffer, gzipped: Buffer, workers: number | "auto" }} options
 * @returns {Promise<string>} the URL of the page
 */
export async function startNginx(scope, { page, gzipped, workers }) {
  const folder = await scope.folder();
  const port = await freePort();
  const root = join(folder, "root");
  await mkdir(root);
  const parts = {
    folder,
    port,
    main: `worker_processes ${workers};\nerror_log stderr notice;\nevents { worker_connections 512; }`,
    http: `sendfile on;
  tcp_nopush on;
  gzip_static on;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  default_type "text/plain; version=0.0.4; charset=utf-8";`,
    server: `root ${root};`,
  };
  await Promise.all([
    writeFile(join(root, "metrics"), page),
    writeFile(join(root, "metrics.gz"), gzipped),
    writeFile(join(folder, "nginx.conf"), nginxConfiguration(parts)),
  ]);
  // As root, nginx hands its work to another user, who must be able to read the folder.
  await Promise.all([chmod(folder, 0o755), chmod(root, 0o755)]);
  const args = ["-e", "stderr", "-p", folder, "-c", join(folder, "nginx.conf")];
  // At the level "notice" it says when its workers run.
  const [command, all] = workers === 1 ? onServerCore("nginx", args) : ["nginx", args];
  await startChild(scope, command, all, { until: /start worker process/ });
  return `http://127.0.0.1:${port}/metrics`;
}
