import type { Secret } from "../lib/secret.ts";
import type { Auth } from "../rpc/settings.ts";
import type { NodeConfig } from "./model.ts";

/** A secret of an `auth` block. */
export type KeyedSecret = {
  /** Where it is configured: `auth.headers[0].value_file`. */
  readonly key: string;
  readonly secret: Secret;
  readonly use:
    | { readonly kind: "password"; readonly username: string }
    | { readonly kind: "token" | "pair" }
    | { readonly kind: "value"; readonly header: string };
};

/** The secrets of an `auth` block, in the order in which docs and errors name their keys. */
export function keyedSecrets({ auth, headers }: Pick<NodeConfig, "auth" | "headers">): readonly KeyedSecret[] {
  const further = headers.map(({ name, value }, index): KeyedSecret => {
    return keyed(`auth.headers[${index}].value`, value, { kind: "value", header: name });
  });
  return auth === undefined ? further : [ofAuth(auth), ...further];
}

function ofAuth(auth: Auth): KeyedSecret {
  switch (auth.kind) {
    case "basic":
    case "digest":
      return keyed(`auth.${auth.kind}.password`, auth.password, { kind: "password", username: auth.username });
    case "bearer":
      return keyed("auth.bearer.token", auth.token, { kind: "token" });
    case "cookie":
      return keyed("auth.cookie", auth.pair, { kind: "pair" });
    case "header":
      return keyed("auth.header.value", auth.value, { kind: "value", header: auth.name });
  }
}

function keyed(key: string, secret: Secret, use: KeyedSecret["use"]): KeyedSecret {
  return { key: secret.file() === undefined ? key : `${key}_file`, secret, use };
}

/** The text of a secret; undefined when its file cannot be read. */
export async function textOf(secret: Secret): Promise<string | undefined> {
  return secret.known()[0] ?? (await secret.reveal().catch(() => undefined));
}
