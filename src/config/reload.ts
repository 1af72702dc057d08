import { eachStep, inSlices } from "../lib/slices.ts";
import type { Logger } from "../logging/logger.ts";
import { ConfigError } from "../schema/problems.ts";
import type { Config } from "./model.ts";

export type ReloadResult =
  | { readonly ok: true; readonly summary: string }
  /** What was in force before still is, but for what `summary` tells. */
  | { readonly ok: false; readonly problems: readonly string[]; readonly summary?: string };

export type ReloaderOptions = {
  /**
   * The signal ends it: the exporter is stopping.
   * @throws ConfigError
   */
  readonly load: (signal: AbortSignal) => Promise<Config>;
  /** Puts a good configuration in force and says what changed. The signal ends it as long as nothing is in force. */
  readonly apply: (config: Config, signal: AbortSignal) => Promise<string>;
  /** Reads other files anew that stand for themselves: what is wrong with them, which the log knows already. */
  readonly others?: (() => Promise<readonly string[]>) | undefined;
  /** Told when a configuration was put in force. */
  readonly loaded: () => void;
  /** Told whether all files were good when they were last read. */
  readonly observe: (isGood: boolean) => void;
  readonly log: Logger;
};

export type Reloader = {
  /** Never rejects. Whoever asks while the configuration is being read gets the reading after it. */
  reload(cause: string): Promise<ReloadResult>;
  /** The other files were read without a reload, with these problems. */
  othersRead(problems: readonly string[]): void;
  /** Begins no further reload, and waits for the end of the one that runs, which comes soon. */
  stop(): Promise<void>;
};

const STOPPING: ReloadResult = { ok: false, problems: ["the exporter is stopping"] };

/** Reloads one after the other: two at once could leave nodes of both configurations. */
export function createReloader({
  load,
  apply,
  others = async () => [],
  loaded,
  observe,
  log,
}: ReloaderOptions): Reloader {
  let running: Promise<unknown> = Promise.resolve();
  let waiting: Promise<ReloadResult> | undefined;
  const stopping = new AbortController();
  const { signal } = stopping;
  let isOwnGood = true;
  let areOthersGood = true;

  function judge(isGood: boolean): void {
    isOwnGood = isGood;
    observe(isOwnGood && areOthersGood);
  }

  async function attempt(cause: string): Promise<ReloadResult> {
    if (signal.aborted) return STOPPING;
    let otherProblems: readonly string[] = [];
    try {
      otherProblems = await others();
      signal.throwIfAborted();
      areOthersGood = otherProblems.length === 0;
      const summary = await apply(await load(signal), signal);
      loaded();
      judge(true);
      log.info({ cause }, `configuration reloaded: ${summary}`);
      return otherProblems.length === 0 ? { ok: true, summary } : { ok: false, problems: otherProblems, summary };
    } catch (error) {
      if (signal.aborted) return STOPPING;
      judge(false);
      if (!(error instanceof ConfigError)) log.error({ err: error, cause }, "the reload ended in an unexpected error");
      const problems = error instanceof ConfigError ? error.problems : ["unexpected error: see the exporter's log"];
      await inSlices(eachStep(problems, (problem) => log.error({ cause }, `configuration not reloaded: ${problem}`)));
      log.error(
        { cause },
        "the configuration in force stays as it was: mend the problems above; nothing is lost meanwhile",
      );
      return { ok: false, problems: [...otherProblems, ...problems] };
    }
  }

  function reload(cause: string): Promise<ReloadResult> {
    if (waiting !== undefined) return waiting;
    const next = running.then(() => {
      waiting = undefined;
      return attempt(cause);
    });
    waiting = next;
    running = next;
    return next;
  }

  return {
    reload,
    othersRead(problems) {
      const areGood = problems.length === 0;
      if (areGood === areOthersGood) return;
      areOthersGood = areGood;
      observe(isOwnGood && areOthersGood);
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
