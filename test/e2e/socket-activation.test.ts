import { existsSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ask } from "../support/ask.ts";
import { createAuthority } from "../support/authority.ts";
import { logLines, PROGRAM } from "../support/exporter.ts";
import { findServer, freePort, requireProgram, run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/** The program on sockets that it did not open, by the protocol of sd_listen_fds(3). */

const activate = findServer("systemd-socket-activate", "apt-get install systemd");

const ARGS = [PROGRAM, "--web.systemd-socket", "--node=a=wire+http://127.0.0.1:1", "--log.format=json"];

describe.skipIf(activate === undefined)("with systemd-socket-activate", () => {
  test("serves on every socket, with TLS, reloads, and leaves the sockets to systemd", async () => {
    const folder = tempFolder();
    const authority = await createAuthority();
    const { cert, key } = await authority.issue("exporter", "IP:127.0.0.1,DNS:localhost");
    writeFileSync(join(folder, "cert.pem"), cert);
    writeFileSync(join(folder, "key.pem"), key);
    writeFileSync(join(folder, "web.yaml"), "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n");
    const [port, path] = [await freePort(), join(folder, "exporter.sock")];
    const program = await startProcess(activate ?? "", [
      `--listen=127.0.0.1:${port}`,
      `--listen=${path}`,
      "--fdname=tcp:unix",
      process.execPath,
      ...ARGS,
      `--web.config.file=${join(folder, "web.yaml")}`,
    ]);
    await waitFor(() => existsSync(path), "the sockets", { program });
    const local = { host: "127.0.0.1", port };
    const unix = { socketPath: path };
    // The first connection starts the program.
    const status = async (place: object) =>
      (await ask("https://localhost/-/healthy", { ca: authority.ca, servername: "localhost", ...place })).statusCode;
    expect([await status(local), await status(unix)]).toEqual([200, 200]);
    expect(logLines(program).flatMap(({ listen }) => (listen === undefined ? [] : [listen]))).toEqual([
      [`https://127.0.0.1:${port}`, "unix socket of systemd (descriptor 4)"],
    ]);
    process.kill(program.pid, "SIGHUP");
    await waitFor(() => program.output().includes("reloaded"), "the reload", { program });
    expect(await status(unix)).toBe(200);
    expect(await program.stop()).toBe(0);
    expect(statSync(path).isSocket()).toBe(true);
  });
});

const failure = async (script: string) => {
  const { code, output } = await run(requireProgram("bash"), [
    "-c",
    `${script} exec "$@"`,
    "bash",
    process.execPath,
    ...ARGS,
  ]);
  return { code, output };
};

describe("without a socket", () => {
  test.each([
    ["no variables", "", "LISTEN_FDS is not set"],
    ["those of another process", "LISTEN_FDS=1 LISTEN_PID=1", "for another process"],
    ["a file", "exec 3</dev/null; LISTEN_FDS=1 LISTEN_PID=$$", "descriptor 3 is no socket"],
  ])("%s: the program says so and ends", async (_, script, message) => {
    const { code, output } = await failure(script);
    expect(code, output).toBe(1);
    expect(output).toContain("cannot serve with --web.systemd-socket");
    expect(output).toContain(message);
  });

  test("a connection, as with Accept=yes", async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { code, output } = await failure(`exec 3<>/dev/tcp/127.0.0.1/${port}; LISTEN_FDS=1 LISTEN_PID=$$`);
    expect(code, output).toBe(1);
    expect(output).toContain("descriptor 3 of systemd is no socket that listens (EINVAL)");
    expect(output).toContain("Accept=yes");
  });
});
