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
};

type Waiting = Question & {
  readonly run: () => Promise<void>;
  readonly turnAway: () => void;
};

/**
 * A comparison takes about a tenth of a second of a processor. Strangers may ask for as many as they like, so one runs at
 * a time and few wait. Clients take turns, whatever each of them asks; of one client, configured users go before other names.
 * When all places are taken, the client that has the most gives up its last one for a client that has fewer.
 */
export function createCompareQueue(compare: Compare, { ofClient, all }: QueueLimits): CompareQueue {
  /** In the order of their turns. No list is empty. */
  const byClient = new Map<string, readonly Waiting[]>();
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

  async function runAll(): Promise<void> {
    isRunning = true;
    let last: string | undefined;
    for (;;) {
      const turns = [...byClient];
      // Whoever asks again while its question is answered is behind all others, too.
      const turn = turns.find(([client]) => client !== last) ?? turns[0];
      if (turn === undefined) break;
      const [client, [first, ...rest]] = turn;
      // Behind all others.
      byClient.delete(client);
      set(client, rest);
      last = client;
      await first?.run();
    }
    isRunning = false;
  }

  return (question) => {
    if (!hasPlace(question)) return undefined;
    return new Promise((resolve, reject) => {
      const { client, isConfigured } = question;
      const waiting: Waiting = {
        ...question,
        run: () => compare(question.password, question.hash).then(resolve, reject),
        turnAway: () => resolve(undefined),
      };
      const own = waitingOf(client);
      const place = isConfigured ? own.filter((other) => other.isConfigured).length : own.length;
      set(client, [...own.slice(0, place), waiting, ...own.slice(place)]);
      if (!isRunning) void runAll();
    });
  };
}
