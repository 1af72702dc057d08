import { createWorkerThread } from "../../lib/worker-thread.ts";
import type { Comparison } from "./bcrypt-worker.ts";

/** Whether a password belongs to a bcrypt hash. */
export type Compare = (password: string, hash: string) => Promise<boolean>;

export type Question = {
  readonly password: string;
  readonly hash: string;
  /** The client, as addressGroup returns it. */
  readonly client: string;
  /** Whether the user exists. If not, the hash is another user's, compared only because that takes as long. */
  readonly isConfigured: boolean;
};

/** Returns undefined when too many questions wait, or resolves with it when a question with precedence replaces this one. */
export type CompareQueue = (question: Question) => Promise<boolean | undefined> | undefined;

type QueueLimits = {
  /** Waiting questions of one client. */
  readonly perClient: number;
  /** Waiting questions of all clients. */
  readonly total: number;
  /**
   * After a wrong password, the client's next one waits this many times as long as the comparison took, so that a client that
   * guesses does not keep a processor busy.
   */
  readonly pauseFactor: number;
};

type Waiting = Question & {
  /** Never rejects; undefined when the comparison failed. */
  readonly run: () => Promise<boolean | undefined>;
  readonly drop: () => void;
};

/** The longest pause of a client. */
const MAX_PAUSE_MS = 1000;

/**
 * A comparison takes a processor about a tenth of a second, and anyone can request any number of them. So one runs at a time,
 * and few wait. Clients take turns, however many questions each of them has; questions about existing users go first for each
 * client. When the waiting list is full, the client with the most questions loses its last one to a client with fewer.
 */
export function createCompareQueue(compare: Compare, limits: QueueLimits): CompareQueue {
  const waitingList = createWaitingList(limits);
  /** When the pause of a client ends, on a monotonic clock. */
  const pausedUntil = new Map<string, number>();
  let last: string | undefined;
  let wake = () => {};
  let isRunning = false;

  /** The client whose turn it is; undefined when none waits, or all have to pause. */
  function nextClient(): string | undefined {
    const now = performance.now();
    for (const [client, until] of pausedUntil) if (until <= now) pausedUntil.delete(client);
    const ready = waitingList.clients().filter((client) => !pausedUntil.has(client));
    // A client whose question has just been answered goes behind all others.
    return ready.find((client) => client !== last) ?? ready[0];
  }

  /** Until the pause of a client ends, or another question arrives. */
  function waitForPause(): Promise<void> {
    const earliest = Math.min(...pausedUntil.values());
    return new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, earliest - performance.now()).unref();
    });
  }

  async function runAll(): Promise<void> {
    isRunning = true;
    while (waitingList.clients().length > 0) {
      const client = nextClient();
      if (client === undefined) {
        await waitForPause();
        continue;
      }
      last = client;
      const startedAt = performance.now();
      const isRight = await waitingList.take(client)?.run();
      const now = performance.now();
      if (isRight === false) {
        pausedUntil.set(client, now + Math.min(MAX_PAUSE_MS, limits.pauseFactor * (now - startedAt)));
      }
    }
    isRunning = false;
  }

  return (question) => {
    if (!waitingList.makeRoom(question)) return undefined;
    return new Promise((resolve, reject) => {
      const run = () =>
        compare(question.password, question.hash).then(
          (isEqual) => {
            resolve(isEqual);
            return isEqual && question.isConfigured;
          },
          (error: unknown) => void reject(error),
        );
      waitingList.add({ ...question, run, drop: () => resolve(undefined) });
      if (isRunning) wake();
      else void runAll();
    });
  };
}

/** The waiting questions, by client, in the order of the clients' turns. */
function createWaitingList({ perClient, total }: QueueLimits) {
  /** No list is empty. */
  const byClient = new Map<string, readonly Waiting[]>();
  const waitingOf = (client: string) => byClient.get(client) ?? [];
  const set = (client: string, waiting: readonly Waiting[]) =>
    void (waiting.length === 0 ? byClient.delete(client) : byClient.set(client, waiting));

  function dropLast(client: string): void {
    const waiting = waitingOf(client);
    set(client, waiting.slice(0, -1));
    waiting.at(-1)?.drop();
  }

  return {
    clients: (): readonly string[] => [...byClient.keys()],
    /** Whether there is room for the question; another one may be dropped for it. */
    makeRoom({ client, isConfigured }: Question): boolean {
      const own = waitingOf(client);
      if (own.length >= perClient) {
        if (!isConfigured || own.at(-1)?.isConfigured !== false) return false;
        dropLast(client);
        return true;
      }
      const waiting = [...byClient.values()].reduce((sum, { length }) => sum + length, 0);
      if (waiting < total) return true;
      const [largest = client] = [...byClient.keys()].sort((a, b) => waitingOf(b).length - waitingOf(a).length);
      if (waitingOf(largest).length <= own.length + 1) return false;
      dropLast(largest);
      return true;
    },
    add(question: Waiting): void {
      const { client, isConfigured } = question;
      const own = waitingOf(client);
      const place = isConfigured ? own.filter((other) => other.isConfigured).length : own.length;
      set(client, [...own.slice(0, place), question, ...own.slice(place)]);
    },
    /** Takes the client's first question; its others go behind those of all other clients. */
    take(client: string): Waiting | undefined {
      const [first, ...others] = waitingOf(client);
      byClient.delete(client);
      set(client, others);
      return first;
    },
  };
}

const loadProgram = async () => (await import("./bcrypt-worker.ts?program")).default;

/**
 * Compares in a thread, one comparison at a time. The thread starts when it is needed.
 * @param load loads the thread's program
 * @param idleMs the thread ends after this time without work
 */
export function createThreadCompare({
  load = loadProgram,
  idleMs,
}: {
  load?: typeof loadProgram;
  idleMs?: number;
} = {}): Compare {
  const thread = createWorkerThread({ load, idleMs, keepsProcess: true });
  return async (password, hash) => {
    const comparison: Comparison = { password, hash };
    return (await thread.ask(comparison)) === true;
  };
}
