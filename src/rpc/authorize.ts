import { isSendable, MissingSecretError, type Secret } from "../lib/secret.ts";
import { NodeError } from "../model/failure.ts";
import { createDigestSession } from "./digest.ts";
import { basicCredentials, type RpcRequest, type RpcResponse, type SentLogin } from "./message.ts";
import type { Auth, SecretHeader } from "./settings.ts";

/** Adds the credentials to each request. Its requests must not overlap. */
export type Authorizer = {
  /** @throws NodeError unauthorized when a secret cannot be read */
  headers(request: RpcRequest): Promise<Readonly<Record<string, string>>>;
  /**
   * Whether a request that got a 401 should be sent again.
   * @param repeats how often it was sent again already
   */
  repeats(response: RpcResponse, repeats: number): Promise<boolean>;
  /** What the last request carried, and what became of it. */
  sent(): SentLogin;
};

/** What is sent to a server: its credentials and further headers. */
type Credentials = {
  readonly auth?: Auth | undefined;
  readonly headers?: readonly SecretHeader[] | undefined;
  /** Whether `auth` comes from the URL. */
  readonly isFromUrl?: boolean;
};

/** @returns undefined without credentials */
export function createAuthorizer({ auth, headers = [], isFromUrl = false }: Credentials): Authorizer | undefined {
  const login = auth === undefined ? undefined : createLogin(auth, isFromUrl);
  if (login === undefined && headers.length === 0) return undefined;
  return {
    async headers(request) {
      const further: [string, string][] = [];
      for (const { name, value } of headers) further.push([name, headerText(await revealed(value))]);
      // An assignment would lose a header with the name `__proto__`.
      return { ...Object.fromEntries(further), ...(await login?.headers(request)) };
    },
    repeats: async (response, repeats) => (await login?.repeats(response, repeats)) ?? false,
    sent: () => ({ login: login?.sent() ?? { kind: "none" }, hasHeaders: headers.length > 0 }),
  };
}

type Login = Pick<Authorizer, "headers" | "repeats"> & { sent(): SentLogin["login"] };

function createLogin(auth: Auth, isFromUrl: boolean): Login {
  switch (auth.kind) {
    case "bearer":
      return plainLogin(auth.token, { kind: "bearer" }, (token) => ({ authorization: headerText(`Bearer ${token}`) }));
    case "header":
      return plainLogin(auth.value, { kind: "header", name: auth.name.toLowerCase() }, (value) => ({
        [auth.name]: headerText(value),
      }));
    case "cookie":
      return cookieLogin(auth.pair);
    case "basic":
      return plainLogin(auth.password, { kind: "basic", isFromUrl }, (password) =>
        basic(`${auth.username}:${password}`),
      );
    case "digest":
      return digestLogin(auth);
  }
}

function basic(pair: string): Readonly<Record<string, string>> {
  return { authorization: basicCredentials(pair) };
}

/** Credentials that are sent with the first attempt. A file that has changed since is tried once: its node was restarted. */
function plainLogin(
  secret: Secret,
  sent: SentLogin["login"],
  headersFor: (text: string) => Readonly<Record<string, string>>,
): Login {
  let tried: string | undefined;
  return {
    async headers() {
      tried = await revealed(secret, sent.kind === "cookie" ? UNREADABLE_COOKIE : undefined);
      return headersFor(tried);
    },
    repeats: async (_, repeats) =>
      repeats === 0 && secret.file() !== undefined && (await secret.reveal().catch(() => tried)) !== tried,
    sent: () => sent,
  };
}

/**
 * A node writes its cookie when it starts, and removes it when it stops. Where the file is missing, the request is sent without it:
 * the answer tells a node that does not run from a wrong path.
 */
function cookieLogin(pair: Secret): Login {
  const login = plainLogin(pair, { kind: "cookie" }, basic);
  let missing: string | undefined;
  return {
    async headers(request) {
      missing = undefined;
      try {
        return await login.headers(request);
      } catch (error) {
        const cause = error instanceof NodeError ? error.cause : undefined;
        if (!(cause instanceof MissingSecretError)) throw error;
        missing = cause.message;
        return {};
      }
    },
    repeats: login.repeats,
    sent: () => ({ kind: "cookie", missing }),
  };
}

/**
 * A challenge is answered once. If the server calls that answer stale, a proxy may have taken another of its connections, where
 * the nonce is not known: the challenge from there is answered once too.
 */
function digestLogin({ username, password }: Auth & { readonly kind: "digest" }): Login {
  const session = createDigestSession();
  let state: (SentLogin["login"] & { readonly kind: "digest" })["state"] = "unanswered";
  return {
    async headers({ method, path }) {
      const authorization = session.authorize({
        username,
        password: await revealed(password),
        method,
        uri: path,
      });
      return authorization === undefined ? {} : { authorization: headerText(authorization) };
    },
    async repeats({ headers }, repeats) {
      const challenge = session.accept([headers["www-authenticate"] ?? []].flat());
      if (challenge === "none") state = "unanswered";
      else state = challenge === "stale" ? "stale" : "refused";
      return repeats === 0 ? challenge !== "none" : repeats === 1 && challenge === "stale";
    },
    sent: () => ({ kind: "digest", state }),
  };
}

const UNREADABLE_COOKIE =
  "check that auth.cookie_file is the cookie of the node and that this user may read it: a node writes it for its own user alone, " +
  "with each start (bitcoind 28 and later: rpccookieperms=group)";

async function revealed(secret: Secret, advice = "check the auth block of this node"): Promise<string> {
  try {
    const text = await secret.reveal();
    // The file may have changed since it was checked.
    const file = secret.file();
    if (text === "" && file !== undefined) throw new Error(`the secret file ${file} is empty`);
    if (!isSendable(text)) throw new Error("the secret contains a line break or another control character");
    return text;
  } catch (error) {
    const problem = error instanceof Error ? error.message : "the secret cannot be read";
    throw new NodeError({ reason: "unauthorized", message: problem, advice }, { cause: error });
  }
}

/** A header value in UTF-8: the HTTP client takes one character for each byte. */
function headerText(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
