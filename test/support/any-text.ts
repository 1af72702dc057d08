import fc from "fast-check";

/**
 * Any code point, half of a surrogate pair included. fast-check's own unit "binary" first makes a table of all 1.1 million of
 * them, which takes a second and much memory in each process of the tests.
 */
export const codePoint = fc
  .oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0x80, max: 0xffff }),
    fc.integer({ min: 0, max: 0x10ffff }),
  )
  .map((code) => String.fromCodePoint(code));

/** Any text at all; its length is that of code points. */
export function anyText(constraints: Omit<fc.StringConstraints, "unit"> = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: codePoint });
}
