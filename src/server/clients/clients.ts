import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "../../logging/logger.ts";
import type { CloseReason } from "../../metrics/self.ts";
import {
  addressGroup,
  createPause,
  createUnread,
  rawSocketOf,
  stopParsing,
  type Unread,
  type UnreadMemory,
} from "./socket.ts";
import { type Proof, type Standing, victimOfAll, victimOfGroup, victimOfWaiting } from "./victim.ts";

/** One client's connection, as the server uses it. */
export type Connection = {
  readonly group: string;
  /** False after the connection was closed to make room. */
  isOpen(): boolean;
  /** The work for the request has ended: its response is known, or failed. */
  done(response: ServerResponse): void;
  /** A response is about to be sent. May close the connection if clients have left too much unread. */
  respond(response: ServerResponse, memory: UnreadMemory): void;
  /** A response ended, or its client no longer waits for it. */
  end(response: ServerResponse): void;
  /** A request was refused: its response is sent, and the next request of the connection is delayed. */
  refuse(): void;
  /** Notes what a request proved about its client; a wrong password takes earlier proof back. */
  prove(proof: Proof): void;
  /** Notes a request for a health page, which proves nothing. */
  sawHealth(): void;
};

export type ClientLimits = {
  /** Connections in total. */
  readonly connections: number;
  /** Connections of one address whose clients have not proved anything. */
  readonly perAddress: number;
  /** Requests of one connection whose responses are still being made. */
  readonly workingPerConnection: number;
  /**
   * Requests of one connection whose responses have not been read to the end, and the same for a connection whose requests
   * were all refused. Dropping one takes Node a tenth of a millisecond, as it makes an error with its stack.
   */
  readonly waitingPerConnection: { readonly known: number; readonly unknown: number };
  /** The same, of all connections. */
  readonly waiting: number;
  /** Bytes of pages that are held because clients did not read them to the end. */
  readonly unreadBytes: number;
};

/** The connections of one server and the requests that wait on them, both bounded. */
export type Clients = {
  /** Watches the connections of a server. Call it before the server listens and before other listeners are added. */
  watch(http: Server): void;
  /** A request has arrived. @returns undefined when there is no room for it: its connection is closed */
  begin(response: ServerResponse): Connection | undefined;
  /** Resolves when no request waits any more. */
  quiet(): Promise<void>;
  /** Closes all connections, including those that have not sent a request. */
  closeAll(): void;
};

type ClientsOptions = {
  readonly limits: ClientLimits;
  readonly log: Logger;
  readonly onClosed?: ((reason: CloseReason) => void) | undefined;
};

type Entry = { -readonly [Key in keyof Standing]: Standing[Key] } & {
  /** As the system opened it; with TLS another socket reads and writes. */
  readonly raw: Socket;
  /** Responses that have not been read to the end. */
  readonly responses: Set<ServerResponse>;
  /** Responses that are still being made. */
  readonly working: Set<ServerResponse>;
  isRefused: boolean;
  readonly connection: Connection;
};

/** What all connections of a server have in common. */
type State = {
  readonly limits: ClientLimits;
  readonly onClosed: (reason: CloseReason) => void;
  readonly open: Set<Entry>;
  /** Closed connections with responses that are still being made. */
  readonly gone: Set<Entry>;
  readonly bySocket: WeakMap<Socket, Entry>;
  readonly unread: Unread<ServerResponse>;
  readonly pause: (socket: Socket) => void;
  readonly warn: ReturnType<typeof createWarning>;
  /** Counts connections and responses, to order them by age. */
  clock: number;
  /** Requests whose responses are being made or sent. */
  waiting: number;
  /** Responses that have not been sent to the end. */
  unsent: number;
  /** Called when no response is unsent any more. */
  onQuiet: (() => void)[];
};

export function createClients({ limits, log, onClosed = () => {} }: ClientsOptions): Clients {
  const state: State = {
    limits,
    onClosed,
    open: new Set(),
    gone: new Set(),
    bySocket: new WeakMap(),
    unread: createUnread(limits.unreadBytes),
    pause: createPause(),
    warn: createWarning(log, limits),
    clock: 0,
    waiting: 0,
    unsent: 0,
    onQuiet: [],
  };
  return {
    watch(http) {
      http.prependListener("connection", (socket: Socket) => accept(state, socket));
      http.prependListener("secureConnection", (socket: Socket) => {
        const entry = state.bySocket.get(rawSocketOf(socket) ?? socket);
        if (entry !== undefined) state.bySocket.set(socket, entry);
      });
    },
    begin: (response) => begin(state, response),
    quiet: () =>
      new Promise<void>((resolve) => {
        if (state.unsent === 0) resolve();
        else state.onQuiet.push(resolve);
      }),
    closeAll() {
      for (const { raw } of state.open) raw.destroy();
    },
  };
}

/** Accepts the new connection; another one makes room for it. */
function accept(state: State, socket: Socket): void {
  const { open, limits } = state;
  const entry = adopt(state, socket);
  const victim = victimOfGroup(open, entry, limits.perAddress);
  if (victim !== undefined) close(state, victim, "address_share");
  else if (open.size > limits.connections) close(state, victimOfAll(open, entry) ?? entry, "all_in_use");
}

function adopt(state: State, socket: Socket): Entry {
  const group = addressGroup(socket.remoteAddress);
  state.clock += 1;
  const entry: Entry = {
    group,
    proof: "none",
    waiting: 0,
    isHealth: false,
    createdAt: state.clock,
    usedAt: state.clock,
    raw: socket,
    responses: new Set(),
    working: new Set(),
    isRefused: false,
    connection: {
      group,
      isOpen: () => state.open.has(entry),
      respond: (response, memory) => respond(state, entry, response, memory),
      done: (response) => done(state, entry, response),
      end: (response) => settle(state, entry, response),
      refuse: () => {
        entry.isRefused = true;
      },
      prove: (proof) => {
        entry.proof = proof;
      },
      sawHealth: () => {
        entry.isHealth = true;
      },
    },
  };
  state.open.add(entry);
  state.bySocket.set(socket, entry);
  socket.once("close", () => forget(state, entry));
  return entry;
}

function begin(state: State, response: ServerResponse): Connection | undefined {
  const { socket } = response.req;
  const entry = state.bySocket.get(socket) ?? adopt(state, socket);
  if (!state.open.has(entry)) {
    stopParsing(socket);
    return undefined;
  }
  entry.responses.add(response);
  entry.working.add(response);
  entry.waiting += 1;
  state.waiting += 1;
  state.unsent += 1;
  const victim = victimOfRequest(state, entry);
  if (victim !== undefined) close(state, victim, "requests_waiting");
  if (state.open.has(entry)) return entry.connection;
  done(state, entry, response);
  stopParsing(socket);
  return undefined;
}

/** The connection that has to go because this one has another request; undefined when there is room. */
function victimOfRequest({ limits, open, gone, waiting }: State, entry: Entry): Entry | undefined {
  const { known, unknown } = limits.waitingPerConnection;
  const isPipelining = entry.waiting > (entry.proof === "none" ? unknown : known);
  if (isPipelining || entry.working.size > limits.workingPerConnection) return entry;
  if (waiting <= limits.waiting) return undefined;
  const found = victimOfWaiting(open, gone);
  if (found?.victim !== undefined) return found.victim;
  // No connection is left to close. Until the work for closed connections ends, other addresses may have as much again.
  return found === undefined || found.group === entry.group || waiting > 2 * limits.waiting ? entry : undefined;
}

function respond(state: State, entry: Entry, response: ServerResponse, memory: UnreadMemory): void {
  if (!entry.responses.has(response)) return;
  state.unread.hold(response, memory);
  while (state.unread.isTooMuch()) close(state, slowestReader(state) ?? entry, "answers_unread");
}

/** The connection that has read one response for longest, preferably of an unidentified client. */
function slowestReader({ unread, bySocket }: State): Entry | undefined {
  let known: Entry | undefined;
  for (const { req } of unread.oldest()) {
    const entry = bySocket.get(req.socket);
    if (entry !== undefined && entry.proof !== "identified") return entry;
    known ??= entry;
  }
  return known;
}

/** The work for a response has ended. */
function done(state: State, entry: Entry, response: ServerResponse): void {
  if (entry.working.delete(response) && !entry.responses.has(response)) release(state, entry);
}

/** A response was sent to the end, or its client no longer waits for it. */
function settle(state: State, entry: Entry, response: ServerResponse): void {
  if (!entry.responses.delete(response)) return;
  state.unread.release(response);
  state.clock += 1;
  entry.usedAt = state.clock;
  if (!entry.working.has(response)) release(state, entry);
  if (entry.isRefused) state.pause(response.req.socket);
  entry.isRefused = false;
  state.unsent -= 1;
  if (state.unsent > 0) return;
  for (const resolve of state.onQuiet) resolve();
  state.onQuiet = [];
}

function release(state: State, entry: Entry): void {
  entry.waiting -= 1;
  state.waiting -= 1;
  if (entry.waiting === 0) state.gone.delete(entry);
}

function close(state: State, entry: Entry, reason: CloseReason): void {
  state.open.delete(entry);
  state.onClosed(reason);
  state.warn(entry, reason, state.open, state.waiting);
  entry.raw.destroy();
  forget(state, entry);
}

/** Node emits "close" only for the first response of a connection whose client is gone; the others would never end. */
function forget(state: State, entry: Entry): void {
  state.open.delete(entry);
  for (const response of [...entry.responses]) {
    if (response.socket === null) response.emit("close");
    settle(state, entry, response);
  }
  if (entry.waiting > 0) state.gone.add(entry);
}

const WARNING_INTERVAL_MS = 60_000;

const CAUSES: Readonly<Record<CloseReason, string>> = {
  address_share: "one address exceeded its share",
  all_in_use: "the limit of open connections was reached",
  requests_waiting: "too many requests waited for their responses",
  answers_unread: "too much of their responses was not read",
};

/** Logs why connections are closed, once a minute at most. */
function createWarning(log: Logger, { perAddress, connections }: ClientLimits) {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return ({ group }: Standing, reason: CloseReason, open: ReadonlySet<Standing>, waiting: number): void => {
    if (performance.now() - warnedAt < WARNING_INTERVAL_MS) return;
    warnedAt = performance.now();
    const own = [...open].filter((other) => other.group === group && other.proof !== "identified").length;
    log.warn(
      { client: group, reason, open: open.size, waiting },
      `closed connections of clients that exceeded a limit: ${CAUSES[reason]}; ${group} has ${own} connections of ` +
        `unidentified clients, its share is ${perAddress} of ${connections}`,
    );
  };
}
