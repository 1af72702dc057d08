/** A section of docs/configuration.md: a table of keys. */

export type KeyText = {
  /** If the schema has only "a text", or less. */
  readonly type?: string;
  /** If the schema has no default, but the program has. */
  readonly fallback?: string;
  readonly meaning: string;
  /** YAML of the section; a test loads it. */
  readonly example: string;
};

export type Section = {
  readonly title: string;
  readonly introduction: string;
  /** Where its examples belong. */
  readonly place: "document" | "global" | "connections" | "lag" | "probe" | "module" | "node";
  /** The chain of the node that an example is put into. */
  readonly chain?: "wire" | "monero" | "chainweb" | "bitcoin";
  /** By path, as the tests name keys: `nodes.auth.basic.username`. */
  readonly keys: Readonly<Record<string, KeyText>>;
};
