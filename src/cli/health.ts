import { readFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { networkInterfaces } from "node:os";
import { basename } from "node:path";
import { errorCode } from "../lib/errno.ts";
import { isExecutable } from "../lib/node-runtime.ts";
import { formatListenAddress, type ListenAddress } from "../server/listen-address.ts";
import { HEALTH_CHECK } from "../server/refusals.ts";

type Health = { readonly healthy: boolean; readonly message: string };

export const HEALTH_PATH = "/-/healthy";
const TIMEOUT_MS = 5000;

/**
 * Asks the exporter that listens on these addresses of this machine; each one must answer. For health checks of
 * containers whose image has no HTTP client.
 */
export async function checkHealth(
  addresses: readonly ListenAddress[],
  { path = HEALTH_PATH, timeoutMs = TIMEOUT_MS, isPlain = false }: HealthOptions = {},
): Promise<Health> {
  // Without that knowledge first with TLS: a TLS server would log a client that speaks plain HTTP.
  const schemes = isPlain ? PLAIN_FIRST : TLS_FIRST;
  const found = await Promise.all(addresses.map((address) => checkAddress({ address, path }, schemes, timeoutMs)));
  return {
    healthy: found.length > 0 && found.every(({ healthy }) => healthy),
    message: found.map(({ healthy, message }) => `${healthy ? "healthy" : "unhealthy"}: ${message}\n`).join(""),
  };
}

type HealthOptions = {
  readonly path?: string;
  readonly timeoutMs?: number;
  /** Whether the exporter has no TLS, as far as is known: the check then loads TLS only if something else answers. */
  readonly isPlain?: boolean;
};

type Scheme = "http" | "https";

const PLAIN_FIRST = ["http", "https"] as const;
const TLS_FIRST = ["https", "http"] as const;

type Place = { readonly address: ListenAddress; readonly path: string };

async function checkAddress(
  place: Place,
  [first, second]: readonly [Scheme, Scheme],
  timeoutMs: number,
): Promise<Health> {
  const { address } = place;
  if (address.kind === "tcp" && address.port === 0) {
    return unhealthy("port 0 lets the system choose: pass the address that it chose as --web.listen-address");
  }
  const signal = AbortSignal.timeout(timeoutMs);
  const outcome = await ask(first, place, signal);
  if (outcome.kind !== "broken") return judge(place, outcome);
  const other = await ask(second, place, signal);
  return judge(place, other.kind === "broken" ? outcome : other);
}

type Outcome =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "late" | "certificate_wanted" | "turned_away" }
  | { readonly kind: "refused" | "broken"; readonly code: string };

/** An exporter that asks for a password or a certificate is running; a health check has neither. */
function judge({ address, path }: Place, outcome: Outcome): Health {
  const asked = `${path} of ${formatListenAddress(address)}`;
  switch (outcome.kind) {
    case "status":
      if (outcome.status === 200) return healthy(`${asked} answered`);
      if (outcome.status === 401) return healthy(`${asked} asks for a password`);
      return unhealthy(`${asked} answered ${outcome.status}, expected 200${outcome.status === 404 ? PREFIX_HINT : ""}`);
    case "late":
      return unhealthy(`${asked} did not answer in time`);
    case "refused":
      return unhealthy(`${asked}: ${outcome.code}: pass the --web.listen-address that the exporter was started with`);
    case "certificate_wanted":
      return healthy(`${asked} asks for a certificate`);
    case "turned_away":
      return healthy(`${asked} closed a TLS connection without a client certificate, as it does if it requires one`);
    case "broken":
      return unhealthy(`${asked} closed the connection, in plain HTTP and in TLS (${outcome.code})`);
  }
}

const PREFIX_HINT = ": pass the --web.route-prefix that the exporter was started with";

const healthy = (message: string): Health => ({ healthy: true, message });
const unhealthy = (message: string): Health => ({ healthy: false, message });

/** The alerts of TLS 1.3 and TLS 1.2 for a missing certificate; the code of Node's error has only the first one. */
const CERTIFICATE_WANTED = /alert (?:certificate required|bad certificate|handshake failure)/;

/** Codes of a connection that could not be opened: a try with TLS would fail as well. */
const REFUSALS = ["ECONNREFUSED", "ENOENT", "EACCES", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"];

/** Closed by the other end: a certificate that is rejected here has other codes. */
const BROKEN_OFF = ["ECONNRESET", "EPIPE"];

function ask(scheme: Scheme, { address, path }: Place, signal: AbortSignal): Promise<Outcome> {
  const options = { ...destination(address), path, agent: false, signal };
  return new Promise((resolve) => {
    const request =
      scheme === "http"
        ? httpRequest(options)
        : // No secret is sent, and an address of this machine leads nowhere else, so any certificate is accepted there.
          httpsRequest({
            ...options,
            ...(isOwn(address) ? { rejectUnauthorized: false, servername: HEALTH_CHECK } : {}),
          });
    let speaksTls = false;
    // TLS starts with the first keys. `secureConnect` may never come, as the other end may close before.
    request.once("socket", (socket) =>
      socket.once("keylog", () => {
        speaksTls = true;
      }),
    );
    const answered = ({ statusCode = 0 }: IncomingMessage) => {
      resolve({ kind: "status", status: statusCode });
      request.destroy();
    };
    request.once("response", answered);
    // Without a listener nothing would come: the process would end as if the check had succeeded.
    request.once("upgrade", answered);
    request.on("error", (error) => {
      const code = errorCode(error);
      if (signal.aborted) resolve({ kind: "late" });
      else if (CERTIFICATE_WANTED.test(error.message)) resolve({ kind: "certificate_wanted" });
      // The exporter checks certificates after its part of the handshake, and then closes without a message.
      else if (speaksTls && BROKEN_OFF.includes(code)) resolve({ kind: "turned_away" });
      else resolve({ kind: REFUSALS.includes(code) ? "refused" : "broken", code });
    });
    request.end();
  });
}

/** An exporter that listens on all addresses is asked on loopback, by number: a bare image may resolve no names. */
function destination(address: ListenAddress): { socketPath: string } | { host: string; port: number } {
  if (address.kind === "unix") return { socketPath: address.path };
  const { host, port } = address;
  if (host === undefined || host === "0.0.0.0") return { host: "127.0.0.1", port };
  return { host: host === "::" ? "::1" : host, port };
}

function isOwn(address: ListenAddress): boolean {
  const to = destination(address);
  if ("socketPath" in to) return true;
  if (to.host === "localhost" || to.host.startsWith("127.")) return true;
  try {
    return Object.values(networkInterfaces()).some((some) => some?.some((one) => one.address === to.host));
  } catch {
    // The addresses are unknown where netlink sockets are forbidden.
    return false;
  }
}

/**
 * The arguments of the exporter if it is process 1, alone or behind an init, as in a container: they say where it listens.
 * @param program the path of the program as this process has it
 */
export function argumentsOfProcess1(program: string, file = "/proc/1/cmdline"): readonly string[] | undefined {
  let words: readonly string[];
  try {
    words = readFileSync(file, "utf8").split("\0").slice(0, -1);
  } catch {
    return undefined;
  }
  // An executable may have been started by its name alone, or through a link.
  const isProgram = (word: string) => word === program || (isExecutable() && basename(word) === basename(program));
  const at = words.findIndex(isProgram);
  return at < 0 ? undefined : words.slice(at + 1);
}
