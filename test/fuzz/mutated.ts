import fc from "fast-check";
import { anyText } from "../support/any-text.ts";

/** Texts near valid ones: some characters gone, doubled, replaced or moved; now and then any text at all. */
export function mutated(examples: readonly string[]): fc.Arbitrary<string> {
  const character = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...new Set(examples.join(""))) },
    { weight: 2, arbitrary: fc.constantFrom(...ODD) },
    { weight: 1, arbitrary: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) },
  );
  const piece = fc.oneof(
    { weight: 6, arbitrary: character },
    { weight: 1, arbitrary: fc.constantFrom(...examples) },
    { weight: 1, arbitrary: fc.tuple(character, fc.nat(400)).map(([one, times]) => one.repeat(times)) },
  );
  const edit = fc.record({
    at: fc.nat(4000),
    remove: fc.oneof(fc.nat(2), fc.nat(40)),
    piece: fc.option(piece, { nil: "" }),
  });
  const near = fc
    .tuple(fc.constantFrom(...examples), fc.array(edit, { maxLength: 4 }))
    .map(([example, edits]) => edits.reduce(applied, example));
  return fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: anyText({ maxLength: 60 }) });
}

const ODD = [
  ..." \t\r\n\0\"'\\:;,=[]{}%/?#@+-*&!|>~^$.",
  ...["\u0085", "\u2028", "\u202e", "\ud800", "\udfff", "\ufeff", "\uffff", "é", "١", "𝕏", "__proto__", "1e400"],
];

type EditOf = { readonly at: number; readonly remove: number; readonly piece: string };

function applied(text: string, { at, remove, piece }: EditOf): string {
  const from = at % (text.length + 1);
  return text.slice(0, from) + piece + text.slice(from + remove);
}
