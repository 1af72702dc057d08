import { isObject, type JsonObject } from "../../src/lib/json.ts";

/**
 * What mixin/config.libsonnet says of each key: the comment above it, or none, by the path of the key (`thresholds.fewPeers`).
 * In the order of the file; jsonnet sorts keys.
 */
export function configComments(text: string): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  /** The keys around the line, each with its indentation. */
  let around: readonly { readonly indent: number; readonly key: string }[] = [];
  let comment: readonly string[] = [];
  for (const line of text.slice(text.indexOf("_config+:: {")).split("\n").slice(1)) {
    const [, space = "", rest = ""] = /^( *)(.*)/.exec(line) ?? [];
    const note = /^\/\/ ?(.*)$/.exec(rest)?.[1];
    if (note !== undefined) {
      comment = [...comment, note];
      continue;
    }
    const key = /^'?(\w+)'?:/.exec(rest)?.[1];
    if (key !== undefined) {
      around = [...around.filter(({ indent }) => indent < space.length), { indent: space.length, key }];
      const path = around.map((one) => one.key);
      comments.set(path.join("."), comment.join(" "));
      for (const inner of inlineKeys(rest)) comments.set([...path, ...inner].join("."), "");
    }
    comment = [];
  }
  return comments;
}

/** The paths of the keys in an object on one line: `fewPeers: { wire: 2, monero: 6 },`. */
function inlineKeys(line: string): readonly (readonly string[])[] {
  const [, object = ""] = /^\w+: (\{ .+ \}),?$/.exec(line) ?? [];
  const paths: (readonly string[])[] = [];
  let around: readonly string[] = [];
  let last: readonly string[] = [];
  for (const [token, key] of object.slice(1).matchAll(/(\w+):|[{}]/g)) {
    if (token === "{") around = last;
    else if (token === "}") around = around.slice(0, -1);
    else {
      last = [...around, key ?? ""];
      paths.push(last);
    }
  }
  return paths;
}

/** An object with its keys in the order of the file. */
export function inFileOrder(
  object: JsonObject,
  comments: ReadonlyMap<string, string>,
  around: readonly string[] = [],
): JsonObject {
  const places = [...comments.keys()];
  const fields = Object.entries(object).map(([key, value]) => {
    const path = [...around, key];
    const sorted = isObject(value) ? inFileOrder(value, comments, path) : value;
    return { place: places.indexOf(path.join(".")), field: [key, sorted] as const };
  });
  return Object.fromEntries(fields.sort((one, other) => one.place - other.place).map(({ field }) => field));
}
