/** Whether a password belongs to a bcrypt hash. */
export type Compare = (password: string, hash: string) => Promise<boolean>;

export type Question = {
  readonly password: string;
  readonly hash: string;
  /** Who asks, as addressGroup names it. */
  readonly client: string;
  /** Whether the hash is that of the user who is named; else it is somebody's, compared for the time that it takes. */
  readonly isConfigured: boolean;
};

/** undefined: too many others wait, at once or when one came that goes before. */
export type CompareQueue = (question: Question) => Promise<boolean | undefined> | undefined;

export type QueueLimits = {
  /** Questions of one client that wait. */
  readonly ofClient: number;
  /** Questions that wait in all. */
  readonly all: number;
  /**
   * After a wrong password a client's next one is compared after this many times as long as that took: somebody who guesses keeps
   * no processor busy.
   */
  readonly rest: number;
};

type Waiting = Question & {
  /** Never rejects; undefined when the comparison failed. */
  readonly run: () => Promise<boolean | undefined>;
  readonly turnAway: () => void;
};

/** A client does not rest longer, however long its comparison took, in milliseconds. */
const LONGEST_REST_MS = 1000;

/**
 * A comparison takes about a tenth of a second of a processor. Strangers may ask for as many as they like, so one runs at
 * a time and few wait. Clients take turns, whatever each of them asks; of one client, configured users go before other names.
 * When all places are taken, the client that has the most gives up its last one for a client that has fewer.
 */
export function createCompareQueue(compare: Compare, { ofClient, all, rest }: QueueLimits): CompareQueue {
  /** In the order of their turns. No list is empty. */
  const byClient = new Map<string, readonly Waiting[]>();
  /** Until when clients rest, by a clock that never goes back. */
  const resting = new Map<string, number>();
  let last: string | undefined;
  let wake = () => {};
  let isRunning = false;

  const waitingOf = (client: string) => byClient.get(client) ?? [];
  const set = (client: string, waiting: readonly Waiting[]) =>
    waiting.length === 0 ? byClient.delete(client) : byClient.set(client, waiting);

  /** Takes away what a client is answered last. */
  function turnAwayLast(client: string): void {
    const waiting = waitingOf(client);
    set(client, waiting.slice(0, -1));
    waiting.at(-1)?.turnAway();
  }

  /** Whether there is a place for the question, made by turning another one away if need be. */
  function hasPlace({ client, isConfigured }: Question): boolean {
    const own = waitingOf(client);
    if (own.length >= ofClient) {
      if (!isConfigured || own.at(-1)?.isConfigured !== false) return false;
      turnAwayLast(client);
      return true;
    }
    const total = [...byClient.values()].reduce((sum, { length }) => sum + length, 0);
    if (total < all) return true;
    const [most = client] = [...byClient.keys()].sort((a, b) => waitingOf(b).length - waitingOf(a).length);
    if (waitingOf(most).length <= own.length + 1) return false;
    turnAwayLast(most);
    return true;
  }

  /** Whose turn is next; undefined when nobody waits, or all that do have to rest. */
  function nextClient(): string | undefined {
    const now = performance.now();
    for (const [client, until] of resting) if (until <= now) resting.delete(client);
    const ready = [...byClient.keys()].filter((client) => !resting.has(client));
    // Whoever asks again while its question is answered is behind all others, too.
    return ready.find((client) => client !== last) ?? ready[0];
  }

  /** Until somebody has rested enough, or somebody else comes. */
  function pause(): Promise<void> {
    const earliest = Math.min(...resting.values());
    return new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, earliest - performance.now()).unref();
    });
  }

  async function runAll(): Promise<void> {
    isRunning = true;
    while (byClient.size > 0) {
      const client = nextClient();
      if (client === undefined) {
        await pause();
        continue;
      }
      const [first, ...others] = waitingOf(client);
      // Behind all others.
      byClient.delete(client);
      set(client, others);
      last = client;
      const began = performance.now();
      const isRight = await first?.run();
      const now = performance.now();
      if (isRight === false) resting.set(client, now + Math.min(LONGEST_REST_MS, rest * (now - began)));
    }
    isRunning = false;
  }

  return (question) => {
    if (!hasPlace(question)) return undefined;
    return new Promise((resolve, reject) => {
      const { client, isConfigured } = question;
      const waiting: Waiting = {
        ...question,
        run: () =>
          compare(question.password, question.hash).then(
            (isEqual) => {
              resolve(isEqual);
              return isEqual && isConfigured;
            },
            (error: unknown) => void reject(error),
          ),
        turnAway: () => resolve(undefined),
      };
      const own = waitingOf(client);
      const place = isConfigured ? own.filter((other) => other.isConfigured).length : own.length;
      set(client, [...own.slice(0, place), waiting, ...own.slice(place)]);
      if (isRunning) wake();
      else void runAll();
    });
  };
}
