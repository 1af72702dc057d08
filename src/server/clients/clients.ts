import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "../../logging/logger.ts";
import type { CloseReason } from "../../metrics/self.ts";
import { addressGroup } from "./address-group.ts";
import { stopParsing } from "./parser.ts";
import { createUnread, type Held } from "./unread.ts";
import { type Proof, type Standing, victimOfAll, victimOfGroup, victimOfWaiting } from "./victim.ts";

/** One client's connection, as the server sees it. */
export type Connection = {
  readonly group: string;
  /** Whether it still counts: one that was closed to make room counts no more. */
  isOpen(): boolean;
  /** Nothing is done for the request any more: its answer is known, or failed. */
  done(response: ServerResponse): void;
  /** An answer goes out; the connection may be closed for it, when clients leave too much unread. */
  answer(response: ServerResponse, held: Held): void;
  /** An answer ended, or nobody waits for it. */
  end(response: ServerResponse): void;
  /** A request was not let in: it is answered, and the next one waits a moment. */
  turnAway(): void;
  /** What a request proved, or a wrong password took back. */
  prove(proof: Proof): void;
  /** A health page is answered, which proves nothing. */
  sawHealth(): void;
};

export type ClientLimits = {
  /** Connections in all. */
  readonly connections: number;
  /** Connections of one address whose clients did not prove anything. */
  readonly ofAddress: number;
  /** Requests of one connection for which something is done before their answers are known. */
  readonly workingOfConnection: number;
  /**
   * Requests of one connection that are not answered to the end, and that many of a connection of which none was let in. To give
   * one up costs Node a tenth of a millisecond, as it makes an error of it with all its lines.
   */
  readonly waitingOfConnection: { readonly known: number; readonly unknown: number };
  /** The same, of all connections. */
  readonly waiting: number;
  /** Bytes of pages that are kept because clients did not read them to the end. */
  readonly unread: number;
};

/** The connections of one server and the requests that wait on them, both bounded. */
export type Clients = {
  /** To be called before the server listens, and before anything else looks at its connections. */
  watch(http: Server): void;
  /** A request has come. @returns undefined when there is no place for it: its connection is closed */
  begin(response: ServerResponse): Connection | undefined;
  /** When no request waits any more. */
  quiet(): Promise<void>;
  /** Closes all connections, also those that have not said a word. */
  closeAll(): void;
};

export type ClientsOptions = {
  readonly limits: ClientLimits;
  readonly log: Logger;
  readonly onClosed?: ((reason: CloseReason) => void) | undefined;
};

type Entry = { -readonly [Key in keyof Standing]: Standing[Key] } & {
  /** As the system gave it; over TLS another one reads and writes. */
  readonly raw: Socket;
  /** Not answered to the end. */
  readonly responses: Set<ServerResponse>;
  /** Those for which something is still done. */
  readonly working: Set<ServerResponse>;
  isTurnedAway: boolean;
  readonly connection: Connection;
};

const TOLD_EVERY_MS = 60_000;

/**
 * In each turn of the event loop libuv takes one new connection (1.46, uv__server_io) and one read of all others: where many
 * ask without a pause and are turned away each time, others would wait for their connection behind all of that.
 */
const REST_MS = 100;

/** Of all that rest, one comes back in each of these, so that no number of them keeps the event loop busy; and after a second anyway. */
const REST_OF_EACH_MS = 20;
const LONGEST_REST_MS = 1000;

/** Reads nothing of a connection for a while. */
function createRest(): (socket: Socket) => void {
  let resting = 0;
  return (socket) => {
    if (socket.destroyed) return;
    resting += 1;
    socket.pause();
    const milliseconds = Math.min(LONGEST_REST_MS, Math.max(REST_MS, resting * REST_OF_EACH_MS));
    setTimeout(() => {
      resting -= 1;
      socket.resume();
    }, milliseconds).unref();
  };
}

export function createClients({ limits, log, onClosed = () => {} }: ClientsOptions): Clients {
  const open = new Set<Entry>();
  const bySocket = new WeakMap<Socket, Entry>();
  /** Ended, but something is still done for them. */
  const gone = new Set<Entry>();
  const rest = createRest();
  const unread = createUnread<ServerResponse>(limits.unread);
  let clock = 0;
  let waiting = 0;
  let unsent = 0;
  let onQuiet: (() => void)[] = [];
  let told = Number.NEGATIVE_INFINITY;

  function adopt(socket: Socket): Entry {
    const group = addressGroup(socket.remoteAddress);
    const entry: Entry = {
      group,
      proof: "none",
      waiting: 0,
      isHealth: false,
      born: ++clock,
      usedAt: clock,
      raw: socket,
      responses: new Set(),
      working: new Set(),
      isTurnedAway: false,
      connection: {
        group,
        isOpen: () => open.has(entry),
        answer: (response, held) => answer(entry, response, held),
        done: (response) => done(entry, response),
        end: (response) => settle(entry, response),
        turnAway: () => {
          entry.isTurnedAway = true;
        },
        prove: (proof) => {
          entry.proof = proof;
        },
        sawHealth: () => {
          entry.isHealth = true;
        },
      },
    };
    open.add(entry);
    bySocket.set(socket, entry);
    socket.once("close", () => forget(entry));
    return entry;
  }

  /** Node tells only the answer at the head of a connection that its client is gone; the others would wait for ever. */
  function forget(entry: Entry): void {
    open.delete(entry);
    for (const response of [...entry.responses]) {
      if (response.socket === null) response.emit("close");
      settle(entry, response);
    }
    if (entry.waiting > 0) gone.add(entry);
  }

  function settle(entry: Entry, response: ServerResponse): void {
    if (!entry.responses.delete(response)) return;
    unread.release(response);
    entry.usedAt = ++clock;
    if (!entry.working.has(response)) release(entry);
    if (entry.isTurnedAway) rest(response.req.socket);
    entry.isTurnedAway = false;
    unsent -= 1;
    if (unsent > 0) return;
    for (const tellQuiet of onQuiet) tellQuiet();
    onQuiet = [];
  }

  function done(entry: Entry, response: ServerResponse): void {
    if (entry.working.delete(response) && !entry.responses.has(response)) release(entry);
  }

  function release(entry: Entry): void {
    entry.waiting -= 1;
    waiting -= 1;
    if (entry.waiting === 0) gone.delete(entry);
  }

  /** Who has to go because the connection has one more request; undefined when nobody has. */
  function crowding(entry: Entry): Entry | undefined {
    const { known, unknown } = limits.waitingOfConnection;
    const isPipelining = entry.waiting > (entry.proof === "none" ? unknown : known);
    if (isPipelining || entry.working.size > limits.workingOfConnection) return entry;
    if (waiting <= limits.waiting) return undefined;
    const found = victimOfWaiting(open, gone);
    if (found?.victim !== undefined) return found.victim;
    // All that could go is gone; until what is done for it ends, others may have as much again.
    return found === undefined || found.group === entry.group || waiting > 2 * limits.waiting ? entry : undefined;
  }

  function answer(entry: Entry, response: ServerResponse, held: Held): void {
    if (!entry.responses.has(response)) return;
    unread.hold(response, held);
    while (unread.isTooMuch()) close(lastReader() ?? entry, "answers_unread");
  }

  /** Who has read for longest; those whom nobody knows first. */
  function lastReader(): Entry | undefined {
    let known: Entry | undefined;
    for (const { req } of unread.oldest()) {
      const entry = bySocket.get(req.socket);
      if (entry !== undefined && entry.proof !== "identified") return entry;
      known ??= entry;
    }
    return known;
  }

  function close(entry: Entry, reason: CloseReason): void {
    open.delete(entry);
    onClosed(reason);
    tell(entry, reason);
    entry.raw.destroy();
    forget(entry);
  }

  function tell({ group }: Entry, reason: CloseReason): void {
    if (performance.now() - told < TOLD_EVERY_MS) return;
    told = performance.now();
    const own = [...open].filter((other) => other.group === group && other.proof !== "identified").length;
    const share = `${group} has ${own} connections whose clients are not known, its share is ${limits.ofAddress} of ${limits.connections}`;
    const facts = { client: group, reason, open: open.size, waiting };
    log.warn(facts, `clients took too much, and connections were closed: ${WORDS[reason]}; ${share}`);
  }

  /** The newcomer is let in; whoever is missed least makes room. */
  function admit(socket: Socket): void {
    const entry = adopt(socket);
    const crowded = victimOfGroup(open, entry, limits.ofAddress);
    if (crowded !== undefined) close(crowded, "address_share");
    else if (open.size > limits.connections) close(victimOfAll(open, entry) ?? entry, "all_in_use");
  }

  return {
    watch(http) {
      http.prependListener("connection", admit);
      http.prependListener("secureConnection", (socket: Socket) => {
        const entry = bySocket.get(under(socket) ?? socket);
        if (entry !== undefined) bySocket.set(socket, entry);
      });
    },
    begin(response) {
      const { socket } = response.req;
      const entry = bySocket.get(socket) ?? adopt(socket);
      if (!open.has(entry)) {
        stopParsing(socket);
        return undefined;
      }
      entry.responses.add(response);
      entry.working.add(response);
      entry.waiting += 1;
      waiting += 1;
      unsent += 1;
      const victim = crowding(entry);
      if (victim !== undefined) close(victim, "requests_waiting");
      if (open.has(entry)) return entry.connection;
      done(entry, response);
      stopParsing(socket);
      return undefined;
    },
    quiet: () =>
      new Promise<void>((resolve) => {
        if (unsent === 0) resolve();
        else onQuiet.push(resolve);
      }),
    closeAll() {
      for (const { raw } of open) raw.destroy();
    },
  };
}

const WORDS: Readonly<Record<CloseReason, string>> = {
  address_share: "one address had more of them than its share",
  all_in_use: "no more may be open",
  requests_waiting: "too many requests waited for their answers",
  answers_unread: "too much of their answers was not read",
};

/** The connection below a TLS socket, which Node's documentation does not have; without it the TLS socket counts as well. */
function under(socket: Socket): Socket | undefined {
  const parent: unknown = "_parent" in socket ? socket._parent : undefined;
  return isSocket(parent) ? parent : undefined;
}

function isSocket(value: unknown): value is Socket {
  return typeof value === "object" && value !== null && "remoteAddress" in value && "destroy" in value;
}
