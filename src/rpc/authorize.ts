import { isSendable } from "../lib/secret.ts";
import { nodeError } from "../model/failure.ts";
import { createDigestSession } from "./digest.ts";
import type { RpcRequest, RpcResponse } from "./message.ts";
import type { Auth } from "./settings.ts";

/** Adds to each request what proves who asks. */
export type Authorizer = {
  headers(request: RpcRequest): Promise<Record<string, string>>;
  /** True when a 401 carries a challenge that can be answered, so that one retry makes sense. */
  challenged(answer: RpcResponse): boolean;
};

export function createAuthorizer(auth: Auth | undefined): Authorizer {
  const refused = () => false;
  switch (auth?.kind) {
    case undefined:
      return { headers: async () => ({}), challenged: refused };
    case "bearer":
      return {
        headers: async () => ({ authorization: headerText(`Bearer ${await revealed(auth.token.reveal())}`) }),
        challenged: refused,
      };
    case "header":
      return {
        headers: async () => ({ [auth.name]: headerText(await revealed(auth.value.reveal())) }),
        challenged: refused,
      };
    case "basic":
      return {
        headers: async () => {
          const pair = `${auth.username}:${await revealed(auth.password.reveal())}`;
          return { authorization: `Basic ${Buffer.from(pair, "utf8").toString("base64")}` };
        },
        challenged: refused,
      };
    case "digest": {
      const session = createDigestSession();
      return {
        headers: async ({ method, path }) => {
          const password = await revealed(auth.password.reveal());
          const authorization = session.authorize({ username: auth.username, password, method, uri: path });
          return authorization === undefined ? {} : { authorization: headerText(authorization) };
        },
        challenged: ({ headers }) => session.accept([headers["www-authenticate"] ?? []].flat()),
      };
    }
  }
}

async function revealed(secret: Promise<string>): Promise<string> {
  try {
    const text = await secret;
    // A file may have changed since it was checked.
    if (!isSendable(text)) throw new Error("the secret has a line break or another control character inside");
    return text;
  } catch (error) {
    const problem = error instanceof Error ? error.message : "the secret cannot be read";
    throw nodeError("unauthorized", problem, "check the auth block of this node");
  }
}

/** The bytes of UTF-8, in the form in which the HTTP client takes bytes beyond ASCII. */
function headerText(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
