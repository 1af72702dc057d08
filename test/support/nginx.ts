import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort, startProcess, tempFolder, waitFor } from "./servers.ts";

/**
 * A reverse proxy that opens a connection of its own for each request, until the test ends.
 * @param path where nginx is
 * @returns its URL
 */
export async function startNginx(path: string, upstream: string): Promise<string> {
  const [folder, port] = [tempFolder(), await freePort()];
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr warn;
events { worker_connections 2048; }
http {
  access_log off;
  proxy_buffering on;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${upstream}; proxy_ssl_verify off; }
  }
}
`,
  );
  const program = await startProcess(path, ["-e", "stderr", "-p", folder, "-c", file]);
  onTestFinished(async () => void (await program.stop()));
  const url = `http://127.0.0.1:${port}`;
  await waitFor(async () => (await fetch(`${url}/-/healthy`)).ok, "nginx to answer", { program });
  return url;
}
