/** What systemd gives to a service that it expects messages from (sd_notify(3), sd_watchdog_enabled(3)). */
type NotifyAccess = {
  readonly socket: string;
  /** systemd ends the service after so long without WATCHDOG=1; undefined: it does not watch. */
  readonly watchdogMs: number | undefined;
};

/** Programs that this process starts must not send messages in its name. */
const VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/**
 * Removes the variables of the protocol from the environment.
 * @returns undefined if no service manager expects messages
 */
export function takeNotifyVariables(env: NodeJS.ProcessEnv, pid: number): NotifyAccess | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds = "", WATCHDOG_PID: watched } = env;
  for (const name of VARIABLES) delete env[name];
  if (socket === undefined || socket === "") return undefined;
  const isWatched = (watched === undefined || watched === String(pid)) && /^[1-9]\d{0,15}$/.test(microseconds);
  return { socket, watchdogMs: isWatched ? Number(microseconds) / 1000 : undefined };
}

/** Tells systemd the state of this service. Never throws, and nothing waits for systemd except `stopping`. */
type Notifier = {
  ready(): void;
  reloading(): void;
  /** The end of a reload, whatever its result. */
  reloaded(): void;
  /** Sends the last message; resolves when systemd has it, or cannot be reached. */
  stopping(): Promise<void>;
};

type NotifierOptions = {
  /** Sends one message, a line for each assignment. Rejects if systemd does not have it. */
  readonly send: (lines: readonly string[]) => Promise<unknown>;
  /** One line about the service. */
  readonly status: () => string;
  readonly watchdogMs: number | undefined;
  /** Called with the first failure after a success, and what could not be sent. */
  readonly onFailure: (error: unknown, lines: readonly string[]) => void;
};

const STATUS_EVERY_MS = 90_000;
/** The first status after the start is soon out of date: nodes are polled within seconds. */
const FIRST_STATUS_MS = 10_000;

/** Each message is a process: a watchdog of less than twice this is one of a mistake. */
const LEAST_MS = 100;

/** A message that fails is sent again this many times before the watchdog ends the service. */
const TRIES = 6;

/**
 * Messages go one after the other, as systemd must see them in order. One that fails is sent again at the next turn, together
 * with what is new then.
 */
export function createNotifier({ send, status, watchdogMs, onFailure }: NotifierOptions): Notifier {
  const everyMs = Math.min(Math.max((watchdogMs ?? Number.POSITIVE_INFINITY) / 2, LEAST_MS), STATUS_EVERY_MS);
  const retryMs = everyMs / (TRIES / 2);
  /** States that systemd does not have yet: at most a reload's beginning and its end. */
  let states: readonly string[] = [];
  let shownStatus: string | undefined;
  let hasFailed = false;
  let sending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function sendAll(): Promise<void> {
    // `sending` has to be set before it is reset below.
    await undefined;
    do {
      const [state] = states;
      const text = status();
      const lines = [
        ...(state === undefined ? [] : [state]),
        ...(watchdogMs === undefined ? [] : ["WATCHDOG=1"]),
        ...(text === shownStatus ? [] : [`STATUS=${text}`]),
      ];
      if (lines.length === 0) break;
      try {
        await send(lines);
      } catch (error) {
        if (!hasFailed) onFailure(error, lines);
        hasFailed = true;
        break;
      }
      hasFailed = false;
      shownStatus = text;
      // A newer state may have replaced it.
      if (states[0] === state) states = states.slice(1);
    } while (states.length > 0);
    sending = undefined;
  }

  function sendNow(): Promise<void> {
    sending ??= sendAll();
    return sending;
  }

  /** The event loop runs this, so the watchdog learns whether it still turns. */
  function sendLater(delayMs: number): void {
    timer = setTimeout(() => {
      void sendNow().then(() => {
        if (timer !== undefined) sendLater(hasFailed ? retryMs : everyMs);
      });
    }, delayMs).unref();
  }

  return {
    ready() {
      states = ["READY=1"];
      void sendNow();
      sendLater(Math.min(FIRST_STATUS_MS, retryMs));
    },
    reloading() {
      // systemd compares the time with that of its request (Type=notify-reload).
      states = [`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`];
      void sendNow();
    },
    reloaded() {
      states = [...states.filter((state) => state !== "READY=1"), "READY=1"];
      void sendNow();
    },
    async stopping() {
      clearTimeout(timer);
      timer = undefined;
      states = ["STOPPING=1"];
      await sendNow();
    },
  };
}
