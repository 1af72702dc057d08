import fc from "fast-check";
import { expect, test } from "vitest";
import { createLinesWriter, type LinesWriter } from "../../src/metrics/lines.ts";
import { MAX_NUMBER_LENGTH, writeNumber } from "../../src/metrics/number-bytes.ts";
import type { NodeLines } from "../../src/poll/store.ts";
import { runs } from "../support/effort.ts";
import { hostileText } from "./arbitraries.ts";

/** The lines of each family. */
function families({ bytes, ends }: NodeLines): readonly string[] {
  return [...ends].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end).toString());
}

const anySample = fc.record({ name: fc.nat(3), close: hostileText, value: fc.double({ noNaN: true }) });
const anyFamily = fc.record({ text: hostileText, open: hostileText, samples: fc.array(anySample, { maxLength: 8 }) });

test("lines consist of their parts, one after the other", () => {
  const write = createLinesWriter();
  const names = fc.array(hostileText, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(names, fc.array(anyFamily, { maxLength: 4 }), (given, all) => {
      const lines = write((writer) => {
        writer.names(given);
        for (const { text, open, samples } of all) {
          writer.text(text);
          for (const { name, close, value } of samples) writer.sample(open, name, close, value);
          writer.endFamily();
        }
      });
      const utf8 = (text: string) => Buffer.from(text).toString();
      expect(families(lines)).toEqual(
        all.map(({ text, open, samples }) =>
          [text, ...samples.flatMap(({ name, close, value }) => [open, given[name] ?? "", close, `${value}\n`])]
            .map(utf8)
            .join(""),
        ),
      );
    }),
  );
});

test("counters have the times of creation of their lines, where one of the family is known", () => {
  const write = createLinesWriter();
  const anyTime = fc.oneof(fc.constant(Number.NaN), fc.double({ noNaN: true }));
  const anyFamilies = fc.array(fc.array(anyTime, { maxLength: 8 }), { maxLength: 5 });
  fc.assert(
    fc.property(anyFamilies, hostileText, (all, text) => {
      const { bytes, ends, created } = write((writer) => {
        writer.names(["name"]);
        for (const times of all) {
          for (const time of times) {
            writer.sample(text, 0, " ", 1);
            writer.created(time);
          }
          writer.endFamily();
        }
      });
      expect(ends).toHaveLength(all.length);
      const known = all.map((times) => (times.every(Number.isNaN) ? [] : times));
      if (created === undefined) {
        expect(known.flat()).toEqual([]);
        return;
      }
      const { seconds } = created;
      expect(
        [...created.ends].map((end, index) => [...seconds.slice(index === 0 ? 0 : created.ends[index - 1], end)]),
      ).toEqual(known);
      expect(seconds.buffer).toBe(bytes.buffer);
    }),
  );
});

test("texts are written as UTF-8, also those at the end of ASCII", () => {
  const text = "~\u007f\u0080\u07ff\u0800\u{10000}";
  const lines = createLinesWriter()((writer) => {
    writer.names([text]);
    writer.text(text);
    writer.sample(text, 0, text, 1);
    writer.endFamily();
  });
  expect(lines.bytes.toString()).toBe(`${text}${text}${text}${text}1\n`);
});

test("a node with more lines than the workspace holds has them all, and the next one is as before", () => {
  const write = createLinesWriter();
  const fill = (count: number) => (writer: LinesWriter) => {
    writer.names(["name"]);
    for (let line = 0; line < count; line += 1) writer.sample("open ", 0, " ", line);
    writer.endFamily();
  };
  const expected = (count: number) => Array.from({ length: count }, (_, line) => `open name ${line}\n`).join("");
  expect(families(write(fill(200_000)))).toEqual([expected(200_000)]);
  expect(families(write(fill(3)))).toEqual([expected(3)]);
});

test("lines are the same whether or not they are written over earlier ones", () => {
  const [fresh, reusing] = [createLinesWriter(), createLinesWriter()];
  fc.assert(
    fc.property(fc.array(fc.array(hostileText, { maxLength: 20 }), { maxLength: 10 }), (polls) => {
      let reusable: ArrayBufferLike | undefined;
      for (const texts of polls) {
        const fill = (writer: LinesWriter) => {
          for (const text of texts) {
            writer.text(text);
            writer.endFamily();
          }
        };
        const lines: NodeLines = reusing(fill, reusable);
        expect(families(lines)).toEqual(families(fresh(fill)));
        reusable = lines.bytes.buffer;
      }
    }),
  );
});

test("a buffer is reused when the lines fill most of it, and left alone when it is not given", () => {
  const write = createLinesWriter();
  const lines = (length: number, reusable?: NodeLines) =>
    write((writer) => {
      writer.text("x".repeat(length));
      writer.endFamily();
    }, reusable?.bytes.buffer);
  const first = lines(1000);
  expect(lines(1000).bytes.buffer).not.toBe(first.bytes.buffer);
  for (const length of [1000, 1030, 900, 600]) expect(lines(length, first).bytes.buffer).toBe(first.bytes.buffer);
  const kept = lines(1000);
  for (const length of [2000, 100]) expect(lines(length, kept).bytes.buffer).not.toBe(kept.bytes.buffer);
  expect(kept.bytes.toString()).toBe("x".repeat(1000));
});

test("lines that were written before an error are not on the page of the next node", () => {
  const write = createLinesWriter();
  const broken = (writer: LinesWriter) => {
    writer.names(["name"]);
    writer.text("half");
    writer.endFamily();
    writer.sample("open", 0, "", 1);
    throw new Error("a bug");
  };
  expect(() => write(broken)).toThrow("a bug");
  const lines = write((writer) => {
    writer.text("whole");
    writer.endFamily();
  });
  expect(families(lines)).toEqual(["whole"]);
});

test("numbers are written as JavaScript writes them", () => {
  const space = Buffer.alloc(MAX_NUMBER_LENGTH + 2);
  const whole = fc.oneof(
    fc.maxSafeInteger(),
    fc.nat(1000),
    fc.bigInt(0n, 9_007_199n).map((high) => Number(high) * 1e9 - 1),
  );
  const thousandths = fc.maxSafeInteger().map((number) => number / 1000);
  const times = fc.nat(9_999_999).map((number) => 1_763_000_000 + number / 1000);
  const edges = [
    0.001,
    0.5,
    1.25,
    999_999_999_999.999,
    1e12 + 0.5,
    0.0005,
    0.1 + 0.2,
    4.35,
    0,
    -0,
    9,
    10,
    999_999_999,
    1e9,
    1e9 + 1,
    2 ** 31,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
    1e21,
    5e-324,
  ];
  const longest = -1.7976931348623157e308;
  fc.assert(
    fc.property(
      fc.oneof(whole, thousandths, times, fc.double({ noNaN: true }), fc.constantFrom(...edges, longest)),
      (value) => {
        const end = writeNumber(space, 1, value);
        expect(space.toString("latin1", 1, end)).toBe(String(value));
      },
    ),
    { numRuns: runs(4000) },
  );
});
