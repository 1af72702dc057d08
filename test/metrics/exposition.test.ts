import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CONTENT_TYPES,
  cleanText,
  escapeLabelValue,
  type FamilyHeader,
  type Format,
  renderHeader,
  renderLabels,
  renderSample,
} from "../../src/metrics/exposition.ts";
import { runs } from "../support/effort.ts";
import { anyUtf16 } from "./arbitraries.ts";
import { read } from "./support.ts";

const FORMATS = ["text", "openmetrics"] as const;
const GAUGE: FamilyHeader = { name: "x", type: "gauge", help: "X." };

/** One family with these lines as a page, read by the strict parser. */
function onPage(header: FamilyHeader, lines: string, format: Format) {
  const page = renderHeader(header, format) + lines + (format === "openmetrics" ? "# EOF\n" : "");
  const [family] = read(page, format).families;
  if (family === undefined) throw new Error("no family on the page");
  return family;
}

/** Text without halves of surrogate pairs; everything else may be in it. */
const wellFormed = anyUtf16.map((text) => text.toWellFormed());

describe.each(FORMATS)("%s", (format) => {
  test("any label value comes back as it was", () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (a, b) => {
        const labels = renderLabels([
          ["a", a],
          ["b", b],
        ]);
        const [sample] = onPage(GAUGE, renderSample("x", labels, 1), format).samples;
        const expected = Object.entries({ a, b }).filter(([, value]) => value !== "");
        expect([...(sample?.labels ?? [])]).toEqual(expected);
      }),
    );
  });

  test("any HELP comes back as it was", () => {
    // A line end of Windows at the end of a HELP is refused by the parser; no help text has one.
    const help = wellFormed.filter((text) => text !== "" && !text.endsWith("\r"));
    fc.assert(
      fc.property(help, (text) => {
        expect(onPage({ ...GAUGE, help: text }, "x 1\n", format).help).toBe(text);
      }),
    );
  });

  test("any finite number comes back as it was, and others give no line", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const line = renderSample("x", "", value);
        if (!Number.isFinite(value)) expect(line).toBe("");
        // To Prometheus -0 and 0 are the same.
        else expect(onPage(GAUGE, line, format).samples[0]?.value).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});

describe("escaping", () => {
  test.each([
    ["plain", "plain"],
    ['say "x"', 'say \\"x\\"'],
    ["C:\\x", "C:\\\\x"],
    ["a\nb", "a\\nb"],
    ["\\n", "\\\\n"],
    ['x"} 1\nup 1', 'x\\"} 1\\nup 1'],
    // Only these three are escaped: Prometheus takes everything else as it is.
    ["\t\r'{}=,é𝕏", "\t\r'{}=,é𝕏"],
  ])("of the label value %j", (value, expected) => {
    expect(escapeLabelValue(value)).toBe(expected);
  });

  test("of HELP differs in the quotation mark alone", () => {
    const header = { ...GAUGE, help: 'a "quoted" \\ and\nbroken text' };
    expect(renderHeader(header, "text")).toBe('# HELP x a "quoted" \\\\ and\\nbroken text\n# TYPE x gauge\n');
    expect(renderHeader(header, "openmetrics")).toBe(
      '# HELP x a \\"quoted\\" \\\\ and\\nbroken text\n# TYPE x gauge\n',
    );
  });
});

describe("headers", () => {
  test("a counter is named with _total in the text format and without it in OpenMetrics", () => {
    const header: FamilyHeader = { name: "x_bytes_total", type: "counter", help: "X." };
    expect(renderHeader(header, "text")).toBe("# HELP x_bytes_total X.\n# TYPE x_bytes_total counter\n");
    expect(renderHeader(header, "openmetrics")).toBe(
      "# HELP x_bytes X.\n# TYPE x_bytes counter\n# UNIT x_bytes bytes\n",
    );
    for (const format of FORMATS) expect(onPage(header, "x_bytes_total 5\n", format).samples[0]?.value).toBe(5);
  });

  test.each([
    ["x_timestamp_seconds", "gauge", "seconds"],
    ["x_seconds_total", "counter", "seconds"],
    ["x_limit_bytes_per_second", "gauge", "bytes_per_second"],
    ["x_ratio", "gauge", "ratio"],
    ["x_duration_seconds", "histogram", "seconds"],
    ["x_lag_blocks", "gauge", undefined],
    ["x_bytes_read", "gauge", undefined],
    ["xseconds", "gauge", undefined],
  ] as const)("%s, a %s, has the unit %s in OpenMetrics only", (name, type, unit) => {
    const header: FamilyHeader = { name, type, help: "X." };
    const family = name.replace(/_total$/, "");
    const unitLine = unit === undefined ? "" : `# UNIT ${family} ${unit}\n`;
    expect(renderHeader(header, "openmetrics")).toBe(`# HELP ${family} X.\n# TYPE ${family} ${type}\n${unitLine}`);
    expect(renderHeader(header, "text")).not.toContain("UNIT");
  });

  test("gauges and histograms keep their names in both", () => {
    for (const type of ["gauge", "histogram"] as const) {
      const header: FamilyHeader = { name: "a_total_b", type, help: "A." };
      expect(renderHeader(header, "openmetrics")).toBe(renderHeader(header, "text"));
    }
  });

  test("the content types are what Prometheus asks for", () => {
    expect(CONTENT_TYPES.text).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(CONTENT_TYPES.openmetrics).toMatch(/^application\/openmetrics-text; version=1\.0\.0; charset=utf-8/);
  });
});

describe("samples", () => {
  test.each([
    [0, "0"],
    [-0, "0"],
    [1, "1"],
    [-1.5, "-1.5"],
    [0.25, "0.25"],
    [1767323045.123, "1767323045.123"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    [1e20, "100000000000000000000"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [5e-324, "5e-324"],
    [Number.MAX_VALUE, "1.7976931348623157e+308"],
  ])("%d is written %s", (value, text) => {
    expect(renderSample("x", "", value)).toBe(`x ${text}\n`);
    expect(renderSample("x", 'a="b"', value)).toBe(`x{a="b"} ${text}\n`);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%d is not written", (value) => {
    expect(renderSample("x", "", value)).toBe("");
  });
});

describe("labels", () => {
  test("empty ones are left out", () => {
    expect(renderLabels([])).toBe("");
    expect(renderLabels([["a", ""]])).toBe("");
    expect(
      renderLabels([
        ["a", ""],
        ["b", "1"],
        ["c", ""],
        ["d", "2"],
      ]),
    ).toBe('b="1",d="2"');
  });
});

describe("cleanText", () => {
  const REPLACED = "\ufffd";

  test.each<[string, string, string]>([
    ["ordinary text", "Monero 'Fluorine Fermi' v0.18 é 中 𝕏", "Monero 'Fluorine Fermi' v0.18 é 中 𝕏"],
    ["nothing", "", ""],
    ["a lone high half", "a\ud800b", `a${REPLACED}b`],
    ["a lone low half", "a\udc00b", `a${REPLACED}b`],
    ["halves in the wrong order", "\udc00\ud800", REPLACED + REPLACED],
    ["line ends and tabs", "a\r\nb\tc", `a${REPLACED}${REPLACED}b${REPLACED}c`],
    ["NUL, ESC and DEL", "\u0000\u001b[31m\u007f", `${REPLACED}${REPLACED}[31m${REPLACED}`],
    ["C1 controls", "\u0080\u009f\u00a0", `${REPLACED}${REPLACED}\u00a0`],
    ["line and paragraph separators", "\u2028\u2029", REPLACED + REPLACED],
    ["128 characters", "x".repeat(128), "x".repeat(128)],
    ["129 characters", "x".repeat(129), "x".repeat(128)],
    ["128 pairs", "𝕏".repeat(128), "𝕏".repeat(128)],
    ["129 pairs", "𝕏".repeat(129), "𝕏".repeat(128)],
    ["a pair across the cut", `${"x".repeat(127)}𝕏y`, `${"x".repeat(127)}𝕏`],
    ["a pair across the first cut", `${"x".repeat(255)}𝕏`, "x".repeat(128)],
    ["megabytes", "ab".repeat(5_000_000), "ab".repeat(64)],
  ])("%s", (_, text, expected) => {
    expect(cleanText(text)).toBe(expected);
  });

  test("gives well-formed text of at most 128 characters without controls, for any input", () => {
    fc.assert(
      fc.property(anyUtf16, (text) => {
        const clean = cleanText(text);
        expect(clean.isWellFormed()).toBe(true);
        expect([...clean].length).toBeLessThanOrEqual(128);
        expect(clean).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(cleanText(clean)).toBe(clean);
      }),
      { numRuns: runs(500) },
    );
  });

  test("changes no character that is fit, and keeps the places of the others", () => {
    fc.assert(
      fc.property(anyUtf16, (text) => {
        const characters = [...text].slice(0, 128);
        const clean = [...cleanText(text)];
        expect(clean).toHaveLength(characters.length);
        for (const [index, character] of clean.entries()) {
          if (character !== REPLACED) expect(character).toBe(characters[index]);
        }
      }),
    );
  });
});
