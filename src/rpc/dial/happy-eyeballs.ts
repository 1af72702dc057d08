import type { LookupAddress } from "node:dns";
import { isIP, type Socket } from "node:net";
import { type Signal, untilAborted } from "../../lib/abort.ts";
import { errorCode } from "../../lib/errno.ts";
import { nodeError } from "../../model/failure.ts";
import { drop, network, startSocket } from "./socket.ts";

/** Where a server listens; the host is a name or an address without brackets. */
export type Place = { readonly hostname: string; readonly port: number };

/** As in a URL: `node.example:18081`, `[::1]:18081`. */
export function hostAndPort({ hostname, port }: Place): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

export type DialContext = {
  readonly signal: Signal;
  /** How long the whole dial may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Called with what the dial waits for from now on, for the failure of one that ends too early. */
  readonly waitingFor: (describe: () => string) => void;
  /**
   * Takes a file descriptor for one more attempt at the same time.
   * @returns how to give it back; undefined when none is free
   */
  readonly takeSpare: () => (() => void) | undefined;
};

/** RFC 8305 (Happy Eyeballs) 5 and 8: how long one attempt has for itself before the next one starts, and the least it has. */
const ATTEMPT_DELAY_MS = 250;
const MIN_ATTEMPT_DELAY_MS = 10;

/** The calls of a poll share its timeout, so a short one must leave time for the second address. */
const ATTEMPT_SHARE = 1 / 10;

/** Names with more addresses exist only as attacks and by mistake. */
const MAX_ADDRESSES = 10;

/** No address of a name could be connected to. */
export class DialError extends Error {
  /** The most telling code of the system among those of the attempts. */
  readonly code: string;
  /** The address, or each address with what it said. */
  readonly tried: string;
  readonly attempts: number;

  constructor(attempts: readonly Tried[]) {
    super("no connection");
    const codes = attempts.map(({ code = "" }) => code);
    this.code =
      TELLING.find((code) => codes.includes(code)) ?? codes.find((code) => !isRouteProblem(code)) ?? codes[0] ?? "";
    this.attempts = attempts.length;
    const [only] = attempts;
    this.tried = attempts.length === 1 && only !== undefined ? only.label : describeAttempts(attempts, 0);
  }
}

/** A host that answers says more than a network without a route, as for IPv6 on many machines. */
const TELLING = ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT"];

function isRouteProblem(code: string): boolean {
  return ["ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EHOSTUNREACH"].includes(code);
}

type Tried = {
  readonly label: string;
  /** Of its failure; undefined while it runs. */
  readonly code: string | undefined;
};

type Attempt = Tried & {
  code: string | undefined;
  readonly socket: Socket;
  /** Gives its file descriptor back. */
  readonly release: () => void;
};

/**
 * Connects to the first address of a host that answers. Each attempt goes on while the next one runs: an address that is slow is
 * not given up, and one that is dead costs little.
 * @throws DialError; the system's error for an address as host and for a name that does not resolve; NodeError dns for a name of
 * another network than DNS; the signal's reason when it ends first
 */
export async function openTcp({ hostname, port }: Place, context: DialContext): Promise<Socket> {
  context.signal.throwIfAborted();
  const family = isIP(hostname);
  const found = family === 0 ? await resolveName(hostname, context) : [{ address: hostname, family }];
  context.signal.throwIfAborted();
  const addresses = interleaved(found);
  return race(addresses.slice(0, MAX_ADDRESSES), port, context, addresses.length).catch((error: unknown) => {
    // For an address the URL says it all.
    throw family !== 0 && error instanceof DialError
      ? Object.assign(new Error(error.message), { code: error.code })
      : error;
  });
}

/**
 * Lookups that have not ended. They cannot be stopped, and the system does two at a time: while name servers hang, each poll
 * would queue one more.
 */
const lookups = new Map<string, Promise<readonly LookupAddress[]>>();

function lookUp(hostname: string): Promise<readonly LookupAddress[]> {
  const running = lookups.get(hostname);
  if (running !== undefined) return running;
  const lookup = network.lookup(hostname, { all: true, verbatim: true }).finally(() => void lookups.delete(hostname));
  lookups.set(hostname, lookup);
  return lookup;
}

/** In the system's order (RFC 6724). The wait for the lookup ends with the signal. */
async function resolveName(hostname: string, { signal, waitingFor }: DialContext): Promise<readonly LookupAddress[]> {
  refuseOtherNetworks(hostname);
  waitingFor(() => "the name servers have not answered yet");
  return untilAborted(lookUp(hostname), signal);
}

/** Such names must not leak into DNS (RFC 7686). */
function refuseOtherNetworks(hostname: string): void {
  const [, top] = /\.(onion|i2p)\.?$/i.exec(hostname) ?? [];
  if (top === undefined) return;
  const [problem, advice] =
    top.toLowerCase() === "onion"
      ? ["a name of Tor, which is not in DNS", "set proxy_url: socks5h://127.0.0.1:9050 (Tor)"]
      : ["a name of I2P, which is not in DNS", "set proxy_url: http://127.0.0.1:4444 (I2P)"];
  throw nodeError("dns", `${hostname} is ${problem}, and no proxy is set for it`, advice);
}

/** Alternates between the families, beginning with the first one (RFC 8305 4). */
function interleaved(addresses: readonly LookupAddress[]): readonly LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const pairs = Array.from({ length: Math.max(first.length, second.length) }, (_, index) => [
    first[index],
    second[index],
  ]);
  return pairs.flat().filter((address) => address !== undefined);
}

function race(
  addresses: readonly LookupAddress[],
  port: number,
  { signal, timeoutMs, waitingFor, takeSpare }: DialContext,
  known: number,
): Promise<Socket> {
  const delayMs = Math.min(ATTEMPT_DELAY_MS, Math.max(MIN_ATTEMPT_DELAY_MS, timeoutMs * ATTEMPT_SHARE));
  return new Promise((resolve, reject) => {
    const attempts: Attempt[] = [];
    let timer: NodeJS.Timeout | undefined;
    const isRunning = () => attempts.some(({ code }) => code === undefined);

    function settle(winner?: Attempt): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", abandon);
      for (const attempt of attempts) {
        if (attempt !== winner && attempt.code === undefined) drop(attempt.socket);
        attempt.release();
      }
    }

    function abandon(): void {
      settle();
      reject(signal.reason);
    }

    function startNext(): void {
      clearTimeout(timer);
      const next = addresses[attempts.length];
      // Without a free descriptor the next address waits for the end of an attempt.
      const release = isRunning() ? takeSpare() : () => {};
      if (next !== undefined && release !== undefined) start(next, release);
      if (attempts.length < addresses.length) timer = setTimeout(startNext, delayMs);
    }

    function start({ address }: LookupAddress, release: () => void): void {
      const label = hostAndPort({ hostname: address, port });
      const socket = startSocket({ host: address, port });
      const attempt: Attempt = { label, socket, code: undefined, release };
      attempts.push(attempt);
      const fail = (error: unknown) => {
        attempt.code = errorCode(error);
        release();
        drop(socket);
        if (attempts.length < addresses.length) startNext();
        else if (!isRunning()) {
          settle();
          reject(new DialError(attempts));
        }
      };
      socket.once("error", fail);
      socket.once("connect", () => {
        socket.off("error", fail);
        settle(attempt);
        resolve(socket);
      });
    }

    if (addresses.length === 0) {
      reject(Object.assign(new Error("no address"), { code: "ENOTFOUND" }));
      return;
    }
    signal.addEventListener("abort", abandon, { once: true });
    waitingFor(() => describeAttempts(attempts, known - attempts.length));
    startNext();
  });
}

/** At most some hundred characters. @param left how many addresses were not tried */
function describeAttempts(attempts: readonly Tried[], left: number): string {
  const tried = attempts.map(({ label, code }) => `${label}: ${code === undefined ? "no answer yet" : wordsFor(code)}`);
  return [...tried, ...(left > 0 ? [`${left} more not tried`] : [])].join(", ");
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "closed",
  ENETUNREACH: "no route",
  EHOSTUNREACH: "no route",
  EADDRNOTAVAIL: "no address of this family here",
  EAFNOSUPPORT: "no address of this family here",
  ETIMEDOUT: "no answer",
};

function wordsFor(code: string): string {
  return `${WORDS[code] ?? "failed"} (${code})`;
}
