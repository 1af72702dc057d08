import { createHide, type Hide } from "../lib/hide.ts";
import type { Redact } from "../lib/safe-error.ts";
import { MASK } from "../lib/secret.ts";
import { atOnce, type Steps } from "../lib/slices.ts";
import type { Config, NodeConfig } from "./model.ts";
import { type Holder, holdersIn, loginsOf, secretsOf, urlPartsOf, userNamesOf } from "./secret-holders.ts";

/**
 * The last line of defence: takes known secrets out of texts that somebody else wrote, such as the message of an unexpected
 * error. What the exporter itself writes holds none in the first place.
 */
export type Redactor = {
  /** Takes out the secrets of this configuration and of the one before, which may still be in use. */
  learn(config: Config): void;
  /** The same in steps; the last one makes it so. */
  learnSteps(config: Config): Steps<void>;
  /** The text without the secrets known so far; undefined before any are known. */
  redact: Redact;
};

/** A text that holds a shorter secret is withheld as a whole: that word may stand there by chance, over and over. */
const SHORTEST_REPLACED = 4;

/** What a node says may hold a shorter word by chance, and so may texts about any URL. */
export const SHORTEST_HIDDEN = 6;

const KEPT_CONFIGS = 2;

export const WITHHELD = "<withheld>";

export function createRedactor(): Redactor {
  let configs: readonly Words[] = [];
  const hideAll = createKeptHide();

  function* learnSteps(config: Config): Steps<void> {
    const words = yield* wordSteps(config, [...config.nodes, ...config.references]);
    configs = [words, ...configs].slice(0, KEPT_CONFIGS);
  }

  return {
    learn: (config) => atOnce(learnSteps(config)),
    learnSteps,
    redact(text) {
      if (configs.length === 0) return undefined;
      // At the moment of use, as files of secrets are read again and again.
      const secrets = configs.flatMap((words) => words.secrets()).filter((secret) => secret !== "");
      if (secrets.some((secret) => secret.length < SHORTEST_REPLACED && text.includes(secret))) return WITHHELD;
      const long = secrets.filter(({ length }) => length >= SHORTEST_REPLACED);
      return hideAll([...long, ...configs.flatMap(({ others }) => others)])(text);
    },
  };
}

/**
 * Takes a node's own credentials out of what the node says: some servers repeat what they were asked.
 * @returns gives what does it for one poll, with the secrets as they are now; undefined where the node has none
 */
export function redactEcho(node: NodeConfig): () => Hide | undefined {
  const { secrets, others } = atOnce(wordSteps(node, [node]));
  const hide = createKeptHide();
  return () => {
    const words = [...secrets().filter(isLong), ...others];
    return words.length === 0 ? undefined : hide(words);
  };
}

/** The words to hide. */
type Words = {
  /** Passwords, tokens and keys, as far as they are in memory now, and logins as basic authentication sends them. */
  readonly secrets: () => readonly string[];
  /** User names and parts of URLs: those that are long and no word that everybody uses. */
  readonly others: readonly string[];
};

function* wordSteps(value: Config | NodeConfig, nodes: readonly NodeConfig[]): Steps<Words> {
  // What a chain's block says in plain words is shown on /config: the network stands in URLs too.
  const shown = new Set(nodes.flatMap(({ options }) => Object.values(options.values)));
  const holders: Holder[] = [];
  const others = new Set<string>();
  for (const holder of holdersIn(value)) {
    holders.push(holder);
    for (const word of [...userNamesOf(holder), ...urlPartsOf(holder)])
      if (isLong(word) && !shown.has(word)) others.add(word);
    yield;
  }
  return {
    secrets: () => holders.flatMap((holder) => [...secretsOf(holder), ...loginsOf(holder)]),
    others: [...others],
  };
}

/** In bytes, as a few letters of other scripts are as many as six of the Latin one. */
function isLong(word: string): boolean {
  return Buffer.byteLength(word) >= SHORTEST_HIDDEN;
}

/** What was prepared is kept until other words are given. */
function createKeptHide(): (words: readonly string[]) => Hide {
  let known = "";
  let hide: Hide = (text) => text;
  return (words) => {
    const given = JSON.stringify(words);
    if (given !== known) {
      hide = createHide(words, MASK);
      known = given;
    }
    return hide;
  };
}
