import { chains } from "../chains/index.ts";
import type { Secret } from "../lib/secret.ts";
import { eachInSlices } from "../lib/slices.ts";
import { isNodeUrl, type NodeUrl } from "../rpc/node-url.ts";
import type { Auth } from "../rpc/settings.ts";
import type { Config, NodeConfig } from "./model.ts";
import { isApiWord, MIN_HIDDEN_BYTES } from "./redact.ts";

/** Secrets of one node that are too short to be redacted from its responses. */
export type ShortSecrets = {
  /** The node's name, or `probe.modules.NAME`. */
  readonly where: string;
  /** Their keys, and what to do. Contains none of them. */
  readonly message: string;
};

/** At most one result for each node or module. Reads files of secrets; one that cannot be read is skipped. */
export async function shortSecrets({ nodes, references, probe }: Config): Promise<readonly ShortSecrets[]> {
  const modules = [...probe.modules].map(([name, { auth }]) => ({ where: `probe.modules.${name}`, auth }));
  const all = [
    ...[...nodes, ...references].map((node) => ({ where: node.name, ...credentialsOf(node) })),
    ...modules.map((module) => ({ ...module, urls: [] })),
  ];
  const found: ShortSecrets[] = [];
  await eachInSlices(all, async ({ where, auth, urls }) => {
    const ofAuth = auth === undefined ? [] : await shortKeys(auth);
    const keys = [...ofAuth, ...urls.filter(isShortUrl).map(([key]) => key)];
    if (keys.length > 0) found.push({ where, message: describe(keys) });
  });
  return found;
}

function describe(keys: readonly string[]): string {
  const verb = keys.length === 1 ? "is" : "are";
  return `${keys.join(" and ")} ${verb} too short to be hidden: use at least ${MIN_HIDDEN_BYTES} characters`;
}

type KeyedUrl = readonly [key: string, url: NodeUrl];

function credentialsOf({ chain, url, auth, options }: NodeConfig) {
  const further = Object.entries(options.values).flatMap(([key, value]): readonly KeyedUrl[] =>
    typeof value === "object" && value !== null && isNodeUrl(value)
      ? [[`${chains[chain].optionsKey}.${key}`, value]]
      : [],
  );
  const urls: readonly KeyedUrl[] = [
    ["a secret in url", url] as const,
    ...further.map(([key, other]) => [`a secret in ${key}`, other] as const),
  ];
  return { auth: url.userinfo === undefined ? auth : undefined, urls };
}

async function shortKeys(auth: Auth): Promise<readonly string[]> {
  switch (auth.kind) {
    case "basic":
    case "digest":
      return [
        ...(isShort(auth.username) && !isApiWord(auth.username) ? [`auth.${auth.kind}.username`] : []),
        ...(await shortKey(`auth.${auth.kind}.password`, auth.password)),
      ];
    case "bearer":
      return shortKey("auth.bearer.token", auth.token);
    case "cookie":
      return shortKey("auth.cookie", auth.pair);
    case "header":
      return shortKey("auth.header.value", auth.value);
  }
}

async function shortKey(key: string, secret: Secret): Promise<readonly string[]> {
  const text = secret.known()[0] ?? (await secret.reveal().catch(() => undefined));
  if (text === undefined || !isShort(text)) return [];
  return [secret.file() === undefined ? key : `${key}_file`];
}

/** Whether a short part of the URL may be a secret. If another part is long, that one counts as the token. */
function isShortUrl([, { path, query, userinfo }]: KeyedUrl): boolean {
  const login = userinfo === undefined ? [] : [userinfo.username, ...userinfo.password.known()];
  const values = [...new URLSearchParams(query).values()];
  const parts = [...path.split("/"), ...values].filter((part) => part !== "" && !isApiWord(part));
  const isToken = (part: string) => !isShort(part);
  return login.some((part) => isShort(part) && !isApiWord(part)) || (parts.length > 0 && !parts.some(isToken));
}

function isShort(text: string): boolean {
  return text !== "" && Buffer.byteLength(text) < MIN_HIDDEN_BYTES;
}
