import { randomBytes, X509Certificate } from "node:crypto";
import type { Server as HttpsServer } from "node:https";
import { watchFiles } from "../../lib/files/watch.ts";
import { createQueue } from "../../lib/queue.ts";
import type { Logger } from "../../logging/logger.ts";
import { ConfigError } from "../../schema/problems.ts";
import { createRefusalLog } from "../refusals.ts";
import { type Access, createAccessControl, createRateLimiter, type Rules } from "./access-control.ts";
import { type Compare, createCompareQueue } from "./compare-queue.ts";
import { describeWebConfig, readWebConfig, type WebConfig } from "./load.ts";
import { checkClients, contextOptions, requestsCertificates, type WebTls } from "./tls.ts";
import { type Authenticator, createAuthenticator } from "./users.ts";

export type WebAccess = Access & {
  /** Reads the file again. With problems, which are also logged, the current web configuration stays. */
  reload(): Promise<readonly string[]>;
  /** Passes the problems, which are also logged, of each reading that a change of the files caused. */
  onRead(listener: (problems: readonly string[]) => void): void;
  stop(): void;
};

type WebAccessOptions = {
  readonly file: string;
  readonly compare: Compare;
  readonly log: Logger;
  /** How often the files are checked for changes, if not as by default. */
  readonly everyMs?: number;
};

/** With hashes of the usual cost, the last password of a client that guesses waits about six seconds. */
const QUEUE_LIMITS = { perClient: 16, total: 64, pauseFactor: 3 };

type Current = { readonly config: WebConfig; readonly rules: Rules };

/**
 * Reads a web configuration file and applies it, also after changes.
 * @throws ConfigError
 */
export async function openWebAccess({ file, compare, log, everyMs }: WebAccessOptions): Promise<WebAccess> {
  const first = await readWebConfig(file);
  if (!first.ok) throw new ConfigError(first.problems);
  // One for all readings of the file: users who were verified are not checked again when something else changes.
  const passwords = createAuthenticator(createCompareQueue(compare, QUEUE_LIMITS), randomBytes(32));
  let current = apply(first.config, passwords);
  let { files } = first;
  const servers = createTlsServers(() => current.config.tls, log);
  logWebConfig(current.config, log);

  async function read(): Promise<readonly string[]> {
    const next = await readWebConfig(file);
    // Files that a bad configuration names are watched as well: one of them may be missing.
    files = next.ok ? next.files : [...new Set([...files, ...next.files])];
    const problems = next.ok ? restartReasons(current.config.tls, next.config.tls) : next.problems;
    if (!next.ok || problems.length > 0) {
      const lines = problems.map((problem) => `keeping the current web configuration: ${problem}`);
      for (const line of lines) log.error({ file }, line);
      return lines;
    }
    const before = current;
    if (isEqual(plain(before.config), plain(next.config))) return [];
    current = apply(next.config, passwords, before);
    if (!isEqual(before.config.tls, next.config.tls)) servers.update();
    logWebConfig(current.config, log);
    return [];
  }

  const queue = createQueue({ concurrency: 1 });
  const reload = () => queue(read);
  const watch = watchWebConfig({ files: () => files, reload, everyMs });
  return {
    control: createAccessControl(() => current.rules),
    tls: serverOptions(first.config.tls),
    update: servers.add,
    reload,
    onRead: watch.onRead,
    stop: watch.stop,
  };
}

/** Replaces the users and makes the rules of a configuration. */
function apply(config: WebConfig, passwords: Authenticator, before?: Current): Current {
  const { users, headers, rateLimit, tls } = config;
  passwords.setUsers(users);
  const rate = () =>
    rateLimit && {
      isAllowed: createRateLimiter(rateLimit, () => performance.now()),
      intervalMs: rateLimit.intervalMs,
    };
  return {
    config,
    rules: {
      headers,
      authenticate: users.size === 0 ? undefined : passwords.authenticate,
      hasVerifiedClients: tls?.clientAuth.type === "RequireAndVerifyClientCert",
      // A rate limit that has not changed keeps its tokens.
      rate: before !== undefined && isEqual(rateLimit, before.config.rateLimit) ? before.rules.rate : rate(),
    },
  };
}

function serverOptions(tls: WebTls | undefined): Access["tls"] {
  return tls && { ...contextOptions(tls), requestCert: requestsCertificates(tls), rejectUnauthorized: false };
}

/** The HTTPS servers to which changes of the TLS options apply. */
function createTlsServers(tls: () => WebTls | undefined, log: Logger) {
  const servers = new Map<HttpsServer, () => void>();
  const clientRules = () => tls()?.clientAuth ?? REFUSE_ALL;
  const logRefusal = createRefusalLog(log);
  return {
    add(server: HttpsServer): void {
      servers.set(server, requestsCertificates(tls()) ? checkClients(server, clientRules, logRefusal) : () => {});
      server.once("close", () => servers.delete(server));
    },
    update(): void {
      const next = tls();
      if (next === undefined) return;
      for (const [server, checkAgain] of servers) {
        server.setSecureContext(contextOptions(next));
        checkAgain();
      }
    },
  };
}

const REFUSE_ALL = { type: "RequireAndVerifyClientCert", allowedSans: [] } as const;

type WatchOptions = {
  readonly files: () => readonly string[];
  readonly reload: () => Promise<readonly string[]>;
  readonly everyMs: number | undefined;
};

/** Reloads when the files change. */
function watchWebConfig({ files, reload, everyMs }: WatchOptions): Pick<WebAccess, "onRead" | "stop"> {
  let problems: readonly string[] = [];
  let report: (problems: readonly string[]) => void = () => {};
  // The first check always finds a change, and so one that was made while the exporter started.
  let isFirst = true;
  const watch = watchFiles({
    paths: () => {
      const paths = isFirst ? [] : files();
      isFirst = false;
      return paths;
    },
    onChange: async () => {
      problems = await reload();
      report(problems);
    },
    ...(everyMs === undefined ? {} : { everyMs }),
  });
  return {
    onRead(listener) {
      report = listener;
      // The first reading may have ended before.
      listener(problems);
    },
    stop: () => watch.stop(),
  };
}

/** Changes that a server can apply only when it starts. */
function restartReasons(before: WebTls | undefined, after: WebTls | undefined): readonly string[] {
  if ((before === undefined) !== (after === undefined)) {
    return [`restart the exporter to turn TLS ${after === undefined ? "off" : "on"}`];
  }
  const isRequested = requestsCertificates(after);
  if (requestsCertificates(before) === isRequested) return [];
  return [`restart the exporter to ${isRequested ? "start" : "stop"} requesting client certificates`];
}

function plain({ users, ...rest }: WebConfig): unknown {
  return { ...rest, users: [...users] };
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function logWebConfig(config: WebConfig, log: Logger): void {
  log.info(`web configuration: ${describeWebConfig(config)}`);
  for (const warning of config.warnings) log.warn(`web configuration: ${warning}`);
  if (config.tls === undefined) return;
  const { validTo } = new X509Certificate(config.tls.cert);
  if (Date.parse(validTo) < Date.now()) log.warn(`the certificate of the web configuration expired at ${validTo}`);
}
