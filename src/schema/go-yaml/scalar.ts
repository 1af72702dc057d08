/**
 * What go-yaml v2 makes of a scalar: YAML 1.1 without sexagesimal numbers, with the numbers that Go writes. Its `resolve` says so:
 * https://github.com/yaml/go-yaml/blob/v2.4.4/resolve.go
 */

/** A scalar of the file. */
type Scalar = {
  readonly text: string;
  /** Neither in quotes nor a block: its text decides its type. */
  readonly isPlain: boolean;
  /** In its long form (`tag:yaml.org,2002:str`). */
  readonly tag: string | undefined;
};

type Resolved =
  | { readonly kind: "null" | "time" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  /** The text does not fit the tag: the whole file is refused. */
  | { readonly kind: "broken"; readonly message: string };

const TAG = "tag:yaml.org,2002:";

/** The tags whose texts are resolved; any other tag makes a text, whatever it looks like. */
const RESOLVED_TAGS: Readonly<Record<string, readonly Resolved["kind"][]>> = {
  bool: ["bool"],
  int: ["int"],
  float: ["float", "int"],
  null: ["null"],
  timestamp: ["time"],
};

export function resolveScalar({ text, isPlain, tag }: Scalar): Resolved {
  const found = tag?.startsWith(TAG) ? tag.slice(TAG.length) : undefined;
  if (found === "binary") return binary(text);
  if (tag === undefined) return isPlain ? resolvePlain(text) : { kind: "text", text };
  const kinds = found !== undefined && Object.hasOwn(RESOLVED_TAGS, found) ? RESOLVED_TAGS[found] : undefined;
  if (kinds === undefined) return { kind: "text", text };
  const resolved = resolvePlain(text);
  if (!kinds.includes(resolved.kind)) return { kind: "broken", message: `expected a value of the tag !!${found}` };
  return resolved.kind === "int" && found === "float" ? { kind: "float", value: Number(resolved.value) } : resolved;
}

const BOOLS = new Map([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((text) => [text, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((text) => [text, false] as const),
]);

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);

function resolvePlain(text: string): Resolved {
  const bool = BOOLS.get(text);
  if (bool !== undefined) return { kind: "bool", value: bool };
  if (NULLS.has(text)) return { kind: "null" };
  if (/^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text))
    return { kind: "time" };
  const number = /^[-+0-9.]/.test(text) ? (infinite(text) ?? int(text) ?? float(text)) : undefined;
  if (number === undefined) return { kind: "text", text };
  return typeof number === "bigint" ? { kind: "int", value: number } : { kind: "float", value: number };
}

function infinite(text: string): number | undefined {
  const [, sign, name] = /^([-+]?)\.(inf|Inf|INF|nan|NaN|NAN)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  if (name.toLowerCase() === "nan") return sign === "" ? Number.NaN : undefined;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** More digits than any number of 64 bits has: reading them all would take the square of their count. */
const MAX_DIGITS = 100;

/** A whole number as strconv.ParseInt reads it with base 0: a zero before other digits makes it octal. */
function int(text: string): bigint | undefined {
  if (text.startsWith(".")) return undefined;
  const plain = text.replaceAll("_", "");
  const [, sign, prefix = "", digits = ""] = /^([-+]?)(0[xXoObB]|0(?=\d)|)([0-9a-fA-F]+)$/.exec(plain) ?? [];
  const base = BASES[prefix.toLowerCase()];
  if (base === undefined || digits.length > MAX_DIGITS || !base.digits.test(digits)) return undefined;
  const amount = BigInt(`${base.prefix}${digits}`);
  const value = sign === "-" ? -amount : amount;
  return value >= -(2n ** 63n) && value < 2n ** 64n ? value : undefined;
}

const OCTAL = { prefix: "0o", digits: /^[0-7]+$/ };

const BASES: Readonly<Record<string, { readonly prefix: string; readonly digits: RegExp }>> = {
  "": { prefix: "", digits: /^\d+$/ },
  "0": OCTAL,
  "0o": OCTAL,
  "0x": { prefix: "0x", digits: /^[0-9a-f]+$/i },
  "0b": { prefix: "0b", digits: /^[01]+$/ },
};

function float(text: string): number | undefined {
  // Behind a point, only strconv.ParseFloat reads the underscores: between digits.
  const plain = text.startsWith(".") ? text.replace(/(?<=\d)_(?=\d)/g, "") : text.replaceAll("_", "");
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

function binary(text: string): Resolved {
  const bytes = Buffer.from(text, "base64");
  const broken: Resolved = { kind: "broken", message: "expected base64 of UTF-8 text after the tag !!binary" };
  if (bytes.toString("base64") !== text.replace(/[\r\n]/g, "")) return broken;
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return broken;
  }
}
