import { eachInSlices } from "../lib/slices.ts";
import { type KeyedSecret, keyedSecrets, textOf } from "./keyed-secrets.ts";
import type { Config } from "./model.ts";
import { type SecretWarning, shortSecrets } from "./short-secrets.ts";

/** Secrets that are valid, but look wrong or cannot be hidden. Reads their files. */
export async function secretWarnings(config: Config): Promise<readonly SecretWarning[]> {
  const { nodes, references, probe } = config;
  const found: SecretWarning[] = [...(await shortSecrets(config))];
  const holders = [
    ...[...nodes, ...references].map((node) => ({
      where: node.name,
      // A login in the URL is decoded from it, and has no key.
      secrets: keyedSecrets({ auth: node.url.userinfo === undefined ? node.auth : undefined, headers: node.headers }),
    })),
    ...[...probe.modules].map(([name, module]) => ({ where: `probe.modules.${name}`, secrets: keyedSecrets(module) })),
  ];
  await eachInSlices(holders, async ({ where, secrets }) => {
    for (const secret of secrets) {
      const doubt = await doubtAbout(secret);
      if (doubt !== undefined) found.push({ where, message: `${secret.key} ${doubt}` });
    }
  });
  return found;
}

async function doubtAbout({ secret, use }: KeyedSecret): Promise<string | undefined> {
  const text = await textOf(secret);
  if (text !== undefined) return doubtIn(text, use);
  // Any other file that cannot be read is an error.
  return use.kind === "pair" ? "cannot be read yet: the node writes it when it starts" : undefined;
}

/** White space, and characters without width that programs for texts add. */
const ONLY_BLANK = /^[\s\u200b-\u200d\u2060]+$/;
const BLANK_AT_END = /^[\s\u200b-\u200d\u2060]|[\s\u200b-\u200d\u2060]$/;

/** What looks wrong about a secret. */
function doubtIn(given: string, use: KeyedSecret["use"]): string | undefined {
  const text = use.kind === "pair" ? given.slice(given.indexOf(":") + 1) : given;
  if (ONLY_BLANK.test(text)) return "consists of white space";
  const added = addedTo(text, use);
  if (added !== undefined) return added;
  if (/^(["'`]).*\1$/s.test(text)) return "is in quotes, which are a part of it: remove them";
  if (BLANK_AT_END.test(text)) return "begins or ends with white space, which is a part of it: remove it";
  // RFC 6750 2.1; often another scheme before the token.
  return use.kind === "token" && /\s/.test(text) ? "has white space inside, as no bearer token has" : undefined;
}

/** What the exporter sends before the secret, and the secret has too. */
function addedTo(text: string, use: KeyedSecret["use"]): string | undefined {
  const start = text.trimStart().toLowerCase();
  switch (use.kind) {
    case "token":
      return repeats(start, ["Bearer ", "Authorization:"], "the token");
    case "password":
      if (start.startsWith(`${use.username.toLowerCase()}:`))
        return "begins with the user name and a colon: write the password only";
      return repeats(start, ["Basic ", "Digest ", "Bearer ", "Authorization:"], "the password");
    case "value":
      return repeats(start, [`${use.header}:`], "the value");
    case "pair":
      return undefined;
  }
}

function repeats(start: string, words: readonly string[], what: string): string | undefined {
  const word = words.find((each) => start.startsWith(each.toLowerCase()));
  return word === undefined
    ? undefined
    : `begins with ${JSON.stringify(word)}, which the exporter adds itself: write ${what} only`;
}
