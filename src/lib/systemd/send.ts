import { errorCode } from "../errno.ts";

/** A message takes milliseconds; systemd may be busy with its own reload. */
const TIMEOUT_MS = 10_000;

/**
 * Sends messages by the program systemd-notify, which is wherever systemd is. Node.js has no datagram sockets of the unix
 * kind: its dgram knows only UDP, a stream cannot connect to such a socket (EPROTOTYPE), and a file cannot be opened at its
 * path (ENXIO). A process for each message takes 1 ms of processor time here, and none stays between two messages. It also
 * waits until systemd has read the message, which otherwise could not tell which service an ended process belonged to.
 * @returns sends one message; rejects with an error whose text says why it failed
 */
export function createSystemdSend(socket: string, program = "systemd-notify") {
  return async (lines: readonly string[]): Promise<void> => {
    // Loaded on demand, as only services of systemd need it.
    const { execFile } = await import("node:child_process");
    const env = { NOTIFY_SOCKET: socket, ...(process.env.PATH === undefined ? {} : { PATH: process.env.PATH }) };
    const options = { env, timeout: TIMEOUT_MS, killSignal: "SIGKILL", maxBuffer: 4096 } as const;
    await new Promise<void>((resolve, reject) => {
      execFile(program, ["--", ...lines], options, (error, _, errors) => {
        if (error === null) resolve();
        else reject(new Error(explain(error, errors, program)));
      });
    });
  };
}

function explain(error: Error & { readonly killed?: boolean | undefined }, errors: string, program: string): string {
  if (errorCode(error) === "ENOENT") return `${program} is not installed`;
  if (error.killed === true) return `${program} did not end within ${TIMEOUT_MS / 1000} seconds`;
  const [line = ""] = errors.trim().slice(0, 200).split("\n");
  return line === "" ? `${program} failed (${errorCode(error)})` : `${program}: ${line}`;
}
