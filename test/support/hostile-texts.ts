/**
 * Texts that a pattern may take long for: what stands in it, repeated, behind what leads there, and with an end that does not match.
 */

/** `prefix + pump × n + suffix` */
export type Attack = { readonly prefix: string; readonly pump: string };

const SUFFIXES = ["", "\0", "!", "\n", " ", "x", "0"];

/** @param count how often the pump stands in it */
export function textsOf({ prefix, pump }: Attack, count: number): readonly string[] {
  const body = prefix + pump.repeat(count);
  return SUFFIXES.map((suffix) => body + suffix);
}

export function attacksOn(source: string, flags: string): readonly Attack[] {
  const { attacks } = alternatives({ source, flags: flags.replace(/[gy]/g, ""), at: 0 });
  const all = attacks.flatMap(({ prefix, pump }) => [
    { prefix, pump },
    { prefix: "", pump },
    // Begins anew at each place.
    { prefix: "", pump: prefix + pump },
  ]);
  return [...new Map(all.map((attack) => [JSON.stringify(attack), attack])).values()].filter(({ pump }) => pump !== "");
}

/** A part of a pattern: texts that it matches, and what may be repeated in it. */
type Part = { readonly samples: readonly string[]; readonly attacks: readonly Attack[] };

type Reader = { readonly source: string; readonly flags: string; at: number };

function alternatives(reader: Reader): Part {
  const parts = [sequence(reader)];
  while (reader.source[reader.at] === "|") {
    reader.at += 1;
    parts.push(sequence(reader));
  }
  return { samples: parts.map(({ samples }) => samples[0] ?? ""), attacks: parts.flatMap(({ attacks }) => attacks) };
}

function sequence(reader: Reader): Part {
  let prefix = "";
  const attacks: Attack[] = [];
  const pumps: string[] = [];
  while (reader.at < reader.source.length && !"|)".includes(reader.source[reader.at] ?? "")) {
    const { samples, attacks: inner } = atom(reader);
    const least = quantifier(reader);
    for (const pump of samples) {
      attacks.push({ prefix, pump });
      // Two parts that stand side by side, and may share what they match.
      for (const other of pumps.slice(-2)) attacks.push({ prefix, pump: other + pump });
    }
    for (const attack of inner) attacks.push({ prefix: prefix + attack.prefix, pump: attack.pump });
    if (samples.length > 1) attacks.push({ prefix, pump: samples.join("") });
    pumps.push(...samples.slice(0, 1));
    prefix += (samples[0] ?? "").repeat(Math.min(Math.max(least, 1), 64));
  }
  return { samples: [prefix], attacks };
}

/** How often the part before must be there. */
function quantifier(reader: Reader): number {
  const [found = "", least] = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(reader.source.slice(reader.at)) ?? [];
  reader.at += found.length;
  return Number(least ?? 1);
}

const GROUP = /^\((?:\?(?:<?[=!]|:|<[A-Za-z]\w*>))?/;
const CLASS = /^\[(?:\\.|[^\]\\])*\]/s;
const ESCAPE = /^\\(?:u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[pP]\{[^}]*\}|k<[^>]*>|.)/s;

function atom(reader: Reader): Part {
  const rest = reader.source.slice(reader.at);
  const group = GROUP.exec(rest)?.[0];
  if (group !== undefined) {
    reader.at += group.length;
    const { samples, attacks } = alternatives(reader);
    reader.at += 1;
    return /[=!]$/.test(group) ? { samples: [], attacks } : { samples, attacks };
  }
  const text = CLASS.exec(rest)?.[0] ?? ESCAPE.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
  reader.at += text.length;
  return { samples: /^(?:[$^]|\\[bBk1-9].*)$/.test(text) ? [] : samplesOf(text, reader.flags), attacks: [] };
}

const LIKELY = [..."a1 -./:,\"'\\=@\n\té{}[]()<>%&;~Z"];

/** Some different characters that a class or an escape takes. */
function samplesOf(text: string, flags: string): readonly string[] {
  const pattern = new RegExp(`^(?:${text})$`, flags.replace("m", ""));
  const likely = LIKELY.filter((character) => pattern.test(character));
  if (likely.length > 0) return likely.slice(0, 3);
  for (let code = 0; code < 0x3000; code += 1) {
    const character = String.fromCharCode(code);
    if (pattern.test(character)) return [character];
  }
  return [];
}
