import { randomBytes, X509Certificate } from "node:crypto";
import type { Server as HttpsServer } from "node:https";
import { watchFiles } from "../../lib/files/watch.ts";
import type { Logger } from "../../logging/logger.ts";
import { ConfigError } from "../../schema/problems.ts";
import type { Access } from "../access-control.ts";
import { checkClients } from "./client-certificates.ts";
import { type Compare, createCompareQueue } from "./compare-queue.ts";
import { createGuard, type Rules } from "./guard.ts";
import { describeWebConfig, readWebConfig } from "./load.ts";
import type { WebConfig } from "./model.ts";
import { createRateLimiter } from "./rate-limit.ts";
import { contextOptions } from "./tls.ts";
import { createAuthenticator } from "./users.ts";

export type WebAccess = Access & {
  /** Reads the file anew. Problems, which the log has too, leave everything as it was. */
  reload(): Promise<readonly string[]>;
  /** Tells what is wrong, which the log has too, after each reading that nobody asked for, as a file changed. */
  onRead(listener: (problems: readonly string[]) => void): void;
  stop(): void;
};

export type WebAccessOptions = {
  readonly file: string;
  readonly compare: Compare;
  readonly log: Logger;
  /** How often the files are looked at, where it is not as usual. */
  readonly everyMs?: number;
};

/** With the usual cost of a hash, the last one of a client whose passwords are wrong waits about six seconds. */
const WAITING = { ofClient: 16, all: 64, rest: 3 };

/**
 * Reads a web configuration file and keeps to it, also when it changes.
 * @throws ConfigError
 */
export async function openWebAccess({ file, compare, log, everyMs }: WebAccessOptions): Promise<WebAccess> {
  const read = await readWebConfig(file);
  if (!read.ok) throw new ConfigError(read.problems);
  // It outlives all readings of the file: whoever was let in is not asked again because something else changed.
  const passwords = createAuthenticator(createCompareQueue(compare, WAITING), randomBytes(32));
  const servers = new Map<HttpsServer, () => void>();

  const rulesOf = ({ users, headers, rateLimit, tls }: WebConfig, before?: Applied): Rules => ({
    headers,
    authenticate: users.size === 0 ? undefined : passwords.authenticate,
    hasVerifiedClients: tls?.clientAuth.type === "RequireAndVerifyClientCert",
    rate:
      rateLimit === undefined
        ? undefined
        : isSame(rateLimit, before?.config.rateLimit)
          ? before?.rules.rate
          : { allows: createRateLimiter(rateLimit, () => performance.now()), intervalMs: rateLimit.intervalMs },
  });
  let now: Applied = { config: read.config, rules: rulesOf(read.config) };
  passwords.setUsers(read.config.users);
  let files = read.files;
  tell(now.config, log);

  async function readAnew(): Promise<readonly string[]> {
    const next = await readWebConfig(file);
    // What a bad file names is watched, too: it may be what is missing.
    files = next.ok ? next.files : [...new Set([...files, ...next.files])];
    const problems = next.ok ? restartReasons(now.config, next.config) : next.problems;
    if (!next.ok || problems.length > 0) {
      const told = problems.map((problem) => `the web configuration stays as it was: ${problem}`);
      for (const line of told) log.error({ file }, line);
      return told;
    }
    if (isSame(plain(next.config), plain(now.config))) return [];
    const isTlsChanged = !isSame(next.config.tls, now.config.tls);
    now = { config: next.config, rules: rulesOf(next.config, now) };
    passwords.setUsers(next.config.users);
    const { tls } = next.config;
    if (tls !== undefined && isTlsChanged) {
      for (const [server, distrust] of servers) {
        server.setSecureContext(contextOptions(tls));
        distrust();
      }
    }
    tell(now.config, log);
    return [];
  }

  // The first look finds a change in any case, and so what was written while the exporter started.
  let hasLooked = false;
  const watched = () => {
    const paths = hasLooked ? files : [];
    hasLooked = true;
    return paths;
  };
  let running: Promise<readonly string[]> = Promise.resolve([]);
  const reload = () => {
    running = running.then(readAnew);
    return running;
  };
  let lastProblems: readonly string[] = [];
  let tellRead: (problems: readonly string[]) => void = () => {};
  const watch = watchFiles({
    paths: watched,
    onChange: async () => {
      lastProblems = await reload();
      tellRead(lastProblems);
    },
    ...(everyMs === undefined ? {} : { everyMs }),
  });

  const { tls } = read.config;
  return {
    guard: createGuard(() => now.rules),
    tls: tls && {
      ...contextOptions(tls),
      requestCert: tls.clientAuth.type !== "NoClientCert",
      rejectUnauthorized: false,
    },
    keep(server) {
      const asksClients = tls !== undefined && tls.clientAuth.type !== "NoClientCert";
      const rules = () => now.config.tls?.clientAuth ?? REFUSE_ALL;
      servers.set(server, asksClients ? checkClients(server, rules, log) : () => {});
      server.once("close", () => servers.delete(server));
    },
    reload,
    onRead(listener) {
      tellRead = listener;
      // The first reading may have been before anybody listened.
      listener(lastProblems);
    },
    stop: () => watch.stop(),
  };
}

type Applied = { readonly config: WebConfig; readonly rules: Rules };

const REFUSE_ALL = { type: "RequireAndVerifyClientCert", allowedSans: [] } as const;

/** What a server takes over only when it is made. */
function restartReasons({ tls: before }: WebConfig, { tls: after }: WebConfig): readonly string[] {
  if ((before === undefined) !== (after === undefined)) {
    return [`restart the exporter to switch TLS ${after === undefined ? "off" : "on"}`];
  }
  const asked = (tls: WebConfig["tls"]) => tls !== undefined && tls.clientAuth.type !== "NoClientCert";
  if (asked(before) === asked(after)) return [];
  return [`restart the exporter to ${asked(after) ? "begin" : "stop"} asking clients for certificates`];
}

function plain({ users, ...rest }: WebConfig): unknown {
  return { ...rest, users: [...users] };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function tell(config: WebConfig, log: Logger): void {
  log.info(`web configuration: ${describeWebConfig(config)}`);
  if (config.tls === undefined) return;
  const { validTo } = new X509Certificate(config.tls.cert);
  if (Date.parse(validTo) < Date.now()) log.warn(`the certificate of the web configuration ended at ${validTo}`);
}
