import { eachStep, inSlices, mapSteps, runToEnd, type Steps } from "../lib/slices.ts";
import type { Logger } from "../logging/logger.ts";
import { ConfigError } from "../schema/problems.ts";
import { isSameConnections } from "./connections.ts";
import type { Config, NodeConfig } from "./model.ts";

export type ReloadResult =
  | { readonly ok: true; readonly summary: string }
  /** The previous configuration stays, except for the changes that `summary` names. */
  | { readonly ok: false; readonly problems: readonly string[]; readonly summary?: string };

type ReloaderOptions = {
  /**
   * Reads the configuration. The signal ends it when the exporter stops.
   * @throws ConfigError
   */
  readonly load: (signal: AbortSignal) => Promise<Config>;
  /** Applies a valid configuration and returns what changed. The signal ends it until the first change is made. */
  readonly apply: (config: Config, signal: AbortSignal) => Promise<string>;
  /** Reloads files that do not belong to the configuration. Returns their problems, which it has already logged. */
  readonly reloadOtherFiles?: (() => Promise<readonly string[]>) | undefined;
  /** Called when a configuration has been applied. */
  readonly loaded: () => void;
  /** Called when a reload begins, and with its result. */
  readonly onReload?: ((result: ReloadResult | undefined) => void) | undefined;
  /** Called with whether all files were valid when they were last read. */
  readonly observe: (isValid: boolean) => void;
  readonly log: Logger;
};

type Reloader = {
  /**
   * Never rejects. A call while a reload runs gets the result of the next one, which all calls until then share.
   * @param cause why, for the log: `SIGHUP`, `POST /-/reload`
   */
  reload(cause: string): Promise<ReloadResult>;
  /** Reports the problems of the other files, which were read without a reload. */
  otherFilesRead(problems: readonly string[]): void;
  /** Starts no further reload and waits for the end of the one that runs, which its signal ends. */
  stop(): Promise<void>;
};

const STOPPING: ReloadResult = { ok: false, problems: ["the exporter is stopping"] };

/** Reloads one after the other: two at the same time could leave nodes of both configurations. */
export function createReloader(options: ReloaderOptions): Reloader {
  const stopping = new AbortController();
  const validity = createValidity(options.observe);
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<ReloadResult> | undefined;

  return {
    reload(cause) {
      if (next !== undefined) return next;
      next = running.then(async () => {
        next = undefined;
        options.onReload?.(undefined);
        const result = await reloadOnce(cause, options, validity, stopping.signal);
        options.onReload?.(result);
        return result;
      });
      running = next;
      return next;
    },
    otherFilesRead: (problems) => validity.otherFilesRead(problems.length === 0),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Whether the configuration and the other files were valid when they were last read. */
type Validity = {
  configurationRead(isValid: boolean): void;
  otherFilesRead(areValid: boolean): void;
  /** As `otherFilesRead`, but waits for `configurationRead` before it reports. */
  otherFilesReloaded(areValid: boolean): void;
};

function createValidity(observe: (isValid: boolean) => void): Validity {
  let isConfigurationValid = true;
  let areOthersValid = true;
  const report = () => observe(isConfigurationValid && areOthersValid);
  return {
    configurationRead(isValid) {
      isConfigurationValid = isValid;
      report();
    },
    otherFilesRead(areValid) {
      if (areValid === areOthersValid) return;
      areOthersValid = areValid;
      report();
    },
    otherFilesReloaded(areValid) {
      areOthersValid = areValid;
    },
  };
}

async function reloadOnce(
  cause: string,
  { load, apply, reloadOtherFiles = async () => [], loaded, log }: ReloaderOptions,
  validity: Validity,
  signal: AbortSignal,
): Promise<ReloadResult> {
  if (signal.aborted) return STOPPING;
  let otherProblems: readonly string[] = [];
  try {
    otherProblems = await reloadOtherFiles();
    signal.throwIfAborted();
    validity.otherFilesReloaded(otherProblems.length === 0);
    const summary = await apply(await load(signal), signal);
    loaded();
    validity.configurationRead(true);
    log.info({ cause }, `configuration reloaded: ${summary}`);
    return otherProblems.length === 0 ? { ok: true, summary } : { ok: false, problems: otherProblems, summary };
  } catch (error) {
    if (signal.aborted) return STOPPING;
    validity.configurationRead(false);
    const problems = await logFailure(error, cause, log);
    return { ok: false, problems: [...otherProblems, ...problems] };
  }
}

/** Logs why a configuration was not reloaded, and returns it as lines for the client that asked for the reload. */
async function logFailure(error: unknown, cause: string, log: Logger): Promise<readonly string[]> {
  if (!(error instanceof ConfigError)) log.error({ err: error, cause }, "unexpected error while reloading");
  const problems = error instanceof ConfigError ? error.problems : ["unexpected error: see the exporter's log"];
  await inSlices(eachStep(problems, (problem) => log.error({ cause }, `configuration not reloaded: ${problem}`)));
  log.error({ cause }, "keeping the current configuration; fix the errors above");
  return problems;
}

/** How a new configuration differs from the previous one. */
export type ConfigChanges = {
  /**
   * The new configuration. An unchanged node is the same object as in the previous configuration; one that differs only in
   * `connections` has the fingerprint of before.
   */
  readonly config: Config;
  readonly added: readonly NodeConfig[];
  readonly changed: readonly NodeConfig[];
  readonly removed: readonly NodeConfig[];
  readonly unchanged: readonly NodeConfig[];
};

/** Compares nodes and references by name. */
export function compareConfigs(before: Config, after: Config): ConfigChanges {
  return runToEnd(compareSteps(before, after));
}

/** As compareConfigs, one node a step. */
export function* compareSteps(before: Config, after: Config): Steps<ConfigChanges> {
  /** Previous nodes that the new configuration has not named yet. */
  const remaining = new Map<string, NodeConfig>();
  yield* eachStep(allOf(before), (node) => void remaining.set(node.name, node));
  const added: NodeConfig[] = [];
  const changed: NodeConfig[] = [];
  const unchanged: NodeConfig[] = [];
  const classify = (node: NodeConfig): NodeConfig => {
    const known = remaining.get(node.name);
    remaining.delete(node.name);
    const next = known === undefined ? node : keepKnown(known, node);
    (known === undefined ? added : next === known ? unchanged : changed).push(next);
    return next;
  };
  const nodes = yield* mapSteps(after.nodes, classify);
  const references = yield* mapSteps(after.references, classify);
  return { config: { ...after, nodes, references }, added, changed, removed: [...remaining.values()], unchanged };
}

/** The known node if nothing has changed; if only its connections have, all else of it, which its open session uses. */
function keepKnown(known: NodeConfig, node: NodeConfig): NodeConfig {
  if (known.fingerprint() !== node.fingerprint()) return node;
  // A reference has no connections.
  if (node.role === "reference" || isSameConnections(known.connections, node.connections)) return known;
  return { ...known, connections: node.connections };
}

function allOf({ nodes, references }: Config): readonly NodeConfig[] {
  return [...nodes, ...references];
}
