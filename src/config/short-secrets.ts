import { chains } from "../chains/index.ts";
import { eachInSlices } from "../lib/slices.ts";
import { isNodeUrl, type NodeUrl } from "../rpc/node-url.ts";
import type { ProxySettings } from "../rpc/settings.ts";
import { keyedSecrets, textOf } from "./keyed-secrets.ts";
import type { Config, NodeConfig } from "./model.ts";
import { isApiWord, MIN_HIDDEN_BYTES } from "./redact.ts";

/** What is doubtful about the secrets of one node. */
export type SecretWarning = {
  /** The node's name, or `probe.modules.NAME`. */
  readonly where: string;
  /** Names keys, and what to do. Contains no secret. */
  readonly message: string;
};

/** Secrets that are too short to be redacted from responses. At most one result for each node or module. Reads files of secrets; one that cannot be read is skipped. */
export async function shortSecrets({ nodes, references, probe }: Config): Promise<readonly SecretWarning[]> {
  const modules = [...probe.modules].map(([name, { auth, headers, proxy }]) => ({
    where: `probe.modules.${name}`,
    holder: { auth, headers },
    proxy,
    urls: [],
  }));
  const all = [...[...nodes, ...references].map((node) => ({ where: node.name, ...credentialsOf(node) })), ...modules];
  const found: SecretWarning[] = [];
  await eachInSlices(all, async ({ where, holder, proxy, urls }) => {
    const keys = [
      ...(await shortKeys(holder)),
      ...urls.filter(isShortUrl).map(([key]) => key),
      ...(hasShortLogin(proxy) ? ["a secret in proxy_url"] : []),
    ];
    if (keys.length > 0) found.push({ where, message: describe(keys) });
  });
  return found;
}

function describe(keys: readonly string[]): string {
  const verb = keys.length === 1 ? "is" : "are";
  return `${keys.join(" and ")} ${verb} too short to be hidden: use at least ${MIN_HIDDEN_BYTES} characters`;
}

type KeyedUrl = readonly [key: string, url: NodeUrl];

function credentialsOf({ chain, url, auth, headers, proxy, options }: NodeConfig) {
  const further = Object.entries(options.values).flatMap(([key, value]): readonly KeyedUrl[] =>
    typeof value === "object" && value !== null && isNodeUrl(value)
      ? [[`${chains[chain].optionsKey}.${key}`, value]]
      : [],
  );
  const urls: readonly KeyedUrl[] = [
    ["a secret in url", url] as const,
    ...further.map(([key, other]) => [`a secret in ${key}`, other] as const),
  ];
  return { holder: { auth: url.userinfo === undefined ? auth : undefined, headers }, proxy, urls };
}

async function shortKeys(holder: Pick<NodeConfig, "auth" | "headers">): Promise<readonly string[]> {
  const { auth } = holder;
  const hasName = auth?.kind === "basic" || auth?.kind === "digest";
  const name = hasName && isShort(auth.username) && !isApiWord(auth.username) ? [`auth.${auth.kind}.username`] : [];
  const keys: string[] = [...name];
  for (const { key, secret, use } of keyedSecrets(holder)) {
    const text = await textOf(secret);
    const hidden = use.kind === "pair" ? text?.slice(text.indexOf(":") + 1) : text;
    if (hidden !== undefined && isShort(hidden)) keys.push(key);
  }
  return keys;
}

/** Not of a proxy of the environment, which other programs use too. */
function hasShortLogin(proxy: ProxySettings | undefined): boolean {
  const login = proxy?.origin === "proxy_url" ? proxy.https?.login : undefined;
  return login !== undefined && isShortLogin(login);
}

function isShortLogin({ username, password }: NonNullable<NodeUrl["userinfo"]>): boolean {
  return [username, ...password.known()].some((part) => isShort(part) && !isApiWord(part));
}

/** Whether a short part of the URL may be a secret. If another part is long, that one counts as the token. */
function isShortUrl([, { path, query, userinfo }]: KeyedUrl): boolean {
  const values = [...new URLSearchParams(query).values()];
  const parts = [...path.split("/"), ...values].filter((part) => part !== "" && !isApiWord(part));
  const isToken = (part: string) => !isShort(part);
  const isShortUser = userinfo !== undefined && isShortLogin(userinfo);
  return isShortUser || (parts.length > 0 && !parts.some(isToken));
}

function isShort(text: string): boolean {
  return text !== "" && Buffer.byteLength(text) < MIN_HIDDEN_BYTES;
}
