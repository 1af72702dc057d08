import { fstatSync } from "node:fs";
import { documentCommand } from "../documents/pointers.ts";
import type { InheritedSocket } from "./listen-address.ts";

/** No socket of systemd can be used; the message says why and what to do. */
export class SystemdSocketError extends Error {}

/** The first descriptor that systemd passes (SD_LISTEN_FDS_START). */
const FIRST = 3;

/** More than any unit has; each one gets a server. */
const MAX_SOCKETS = 64;

/** Variables of this protocol. Programs that this process starts must not take the sockets for theirs. */
const VARIABLES = ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID"];

/**
 * The listening sockets that systemd has passed to this process, by the protocol of sd_listen_fds(3). Removes its variables
 * from the environment.
 * @throws SystemdSocketError
 */
export function takeSystemdSockets(env: NodeJS.ProcessEnv, pid: number): readonly InheritedSocket[] {
  const { LISTEN_FDS: count, LISTEN_PID: owner } = env;
  for (const name of VARIABLES) delete env[name];
  if (count === undefined) {
    throw new SystemdSocketError(
      `LISTEN_FDS is not set: start the exporter by its .socket unit (${documentCommand("systemd")}), or omit --web.systemd-socket`,
    );
  }
  const number = /^\d{1,5}$/.test(count) ? Number(count) : 0;
  if (number < 1 || number > MAX_SOCKETS) {
    throw new SystemdSocketError(`LISTEN_FDS is not a number from 1 to ${MAX_SOCKETS}: check the .socket unit`);
  }
  if (owner !== String(pid)) {
    throw new SystemdSocketError(
      `the sockets are for ${owner === undefined ? "no process (LISTEN_PID is not set)" : "another process (LISTEN_PID)"}, ` +
        "not for this one: ExecStart must start the exporter itself; a script in between must use exec",
    );
  }
  const sockets = Array.from(
    { length: number },
    (_, index) => ({ kind: "inherited", descriptor: FIRST + index }) as const,
  );
  for (const { descriptor } of sockets) {
    if (!isSocket(descriptor)) throw new SystemdSocketError(`descriptor ${descriptor} is no socket: ${REMEDY}`);
  }
  return sockets;
}

const REMEDY = "the .socket unit must have ListenStream= and not Accept=yes, ListenDatagram= or ListenFIFO=";

/** What is wrong with a descriptor on which the system cannot listen. */
export function unusableSocket({ descriptor }: InheritedSocket, code: string): string {
  return `descriptor ${descriptor} of systemd is no socket that listens (${code}): ${REMEDY}`;
}

function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}
