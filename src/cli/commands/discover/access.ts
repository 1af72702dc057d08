import { resolve } from "node:path";
import { describeFile, fileErrorCode } from "../../../lib/errno.ts";
import { files, MAX_FILE_BYTES } from "../../../lib/files/files.ts";
import type { AccessFlags } from "../../invocation.ts";

/** Keys of a node's entry, as plain data. */
type Keys = {
  readonly auth?: Readonly<Record<string, unknown>> | undefined;
  /** Only for https. */
  readonly tls?: Readonly<Record<string, unknown>> | undefined;
  readonly proxy_url?: string | undefined;
};

/** How a node is reached: its credentials, client certificate and proxy. */
export type Access = {
  /** Keys to poll with; may hold secrets. */
  readonly polled: Keys;
  /** The same keys with variables in place of secrets. */
  readonly shown: Keys;
  /** Which variables they need, for comments. */
  readonly notes: readonly string[];
};

/** The flags are not valid; the message repeats no secret. */
export class AccessError extends Error {}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration
const PASSWORD_VARIABLE = "${NODE_PASSWORD}";
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration
const PROXY_VARIABLE = "${PROXY_URL}";

type Password = { readonly polled: Readonly<Record<string, string>>; readonly shown: Readonly<Record<string, string>> };

/**
 * @param ask reads the password where neither a file nor NODE_PASSWORD has it
 * @throws AccessError
 */
export async function readAccess(
  flags: AccessFlags,
  env: Readonly<Record<string, string | undefined>>,
  ask: () => Promise<string>,
): Promise<Access | undefined> {
  const { basic, digest, bearerFile, cookieFile, headers, pin, certFile, keyFile, proxyUrl } = flags;
  const logins = [basic, digest, bearerFile, cookieFile].filter((login) => login !== undefined);
  if (logins.length > 1)
    throw new AccessError("expected at most one of the flags for basic, digest, bearer and cookie");
  const username = basic ?? digest;
  if (username === undefined && flags.passwordFile !== undefined) {
    throw new AccessError("--auth.password-file needs --auth.basic or --auth.digest");
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new AccessError("--tls.cert-file and --tls.key-file require each other");
  }
  await checkFiles([
    ["--auth.password-file", flags.passwordFile],
    ["--auth.bearer-file", bearerFile],
    ["--auth.cookie-file", cookieFile],
    ...headers.map(({ path }) => ["--auth.header", path] as const),
    ["--tls.cert-file", certFile],
    ["--tls.key-file", keyFile],
  ]);
  const password = username === undefined ? undefined : await passwordOf(flags.passwordFile, env, ask);
  const tls = mapping({ pin, cert_file: absolute(certFile), key_file: absolute(keyFile) });
  const keys = (view: keyof Password): Keys => ({
    auth: mapping({
      basic: basic && { username: basic, ...password?.[view] },
      digest: digest && { username: digest, ...password?.[view] },
      bearer: bearerFile && { token_file: resolve(bearerFile) },
      cookie_file: absolute(cookieFile),
      ...headersOf(headers, logins.length === 0),
    }),
    tls,
    proxy_url: view === "shown" && proxyUrl?.includes("@") ? PROXY_VARIABLE : proxyUrl,
  });
  const shown = keys("shown");
  if ([...Object.values(shown)].every((value) => value === undefined)) return undefined;
  const notes = [
    ...(username !== undefined && flags.passwordFile === undefined ? [PASSWORD_NOTE] : []),
    ...(shown.proxy_url === PROXY_VARIABLE ? ["Set PROXY_URL in the environment to the URL of the proxy."] : []),
  ];
  return { polled: keys("polled"), shown, notes };
}

const PASSWORD_NOTE = "Set NODE_PASSWORD in the environment to the password.";

/** The login of a URL as digest authentication. */
export function digestAccess(username: string, password: string, access: Access | undefined): Access {
  return {
    polled: { ...access?.polled, auth: { digest: { username, password } } },
    shown: { ...access?.shown, auth: { digest: { username, password: PASSWORD_VARIABLE } } },
    notes: [...(access?.notes ?? []), PASSWORD_NOTE],
  };
}

async function passwordOf(
  file: string | undefined,
  { NODE_PASSWORD: fromEnv }: Readonly<Record<string, string | undefined>>,
  ask: () => Promise<string>,
): Promise<Password> {
  if (file !== undefined) return { polled: { password_file: resolve(file) }, shown: { password_file: resolve(file) } };
  const password = fromEnv === undefined || fromEnv === "" ? await ask() : fromEnv;
  if (password === "") {
    throw new AccessError("expected a password in --auth.password-file, in NODE_PASSWORD or on standard input");
  }
  return { polled: { password }, shown: { password: PASSWORD_VARIABLE } };
}

/** A login in a header of its own is the one key that may have any name. */
function headersOf(headers: AccessFlags["headers"], isAlone: boolean) {
  const items = headers.map(({ name, path }) => ({ name, value_file: resolve(path) }));
  const [first, ...others] = items;
  if (first === undefined) return {};
  return isAlone && others.length === 0 ? { header: first } : { headers: items };
}

async function checkFiles(named: readonly (readonly [string, string | undefined])[]): Promise<void> {
  for (const [flag, path] of named) {
    if (path === undefined) continue;
    try {
      await files.read(resolve(path), MAX_FILE_BYTES.tls);
    } catch (error) {
      throw new AccessError(
        `${flag}: cannot read ${await describeFile(resolve(path), error)} (${fileErrorCode(error)})`,
      );
    }
  }
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

/** Without undefined values; undefined when nothing is left. */
function mapping(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
