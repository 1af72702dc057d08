import { describe, expect, it } from "vitest";
import { find, type Page, parseOpenMetrics, parseText, value } from "./exposition-parser.ts";

const lines = (...all: string[]): string => `${all.join("\n")}\n`;
const gauge = (...samples: string[]): string => lines("# HELP a Help.", "# TYPE a gauge", ...samples);
const counter = (...samples: string[]): string => lines("# HELP a_total Help.", "# TYPE a_total counter", ...samples);
const histogram = (...samples: string[]): string => lines("# HELP h Help.", "# TYPE h histogram", ...samples);
const open = (...all: string[]): string => lines(...all, "# EOF");

/** Name, sorted labels and value of every sample, short enough for a table. */
const flat = (page: Page): unknown[] =>
  page.families.flatMap(({ samples }) =>
    samples.map((sample) => [sample.name, Object.fromEntries([...sample.labels].sort()), sample.value]),
  );

describe("parseText", () => {
  it.each<[string, string, unknown[]]>([
    ["a family without samples", gauge(), []],
    ["TYPE before HELP", lines("# TYPE a gauge", "# HELP a Help.", "a 1"), [["a", {}, 1]]],
    ["empty braces", gauge("a{} 1"), [["a", {}, 1]]],
    ["escapes", gauge(String.raw`a{b="\\\"\n{},= é🦀"} 1`), [["a", { b: '\\"\n{},= é🦀' }, 1]]],
    ["a backslash before an n", gauge(String.raw`a{b="\\n"} 1`), [["a", { b: "\\n" }, 1]]],
    ["odd characters in a label", gauge('a{b="\r\u2028\0"} 1'), [["a", { b: "\r\u2028\0" }, 1]]],
    [
      "two series",
      gauge('a{b="1",c="2"} 1', 'a{c="1",b="2"} 2'),
      [
        ["a", { b: "1", c: "2" }, 1],
        ["a", { b: "2", c: "1" }, 2],
      ],
    ],
    [
      "numbers",
      gauge('a{b="1"} -1.5e+3', 'a{b="2"} .5', 'a{b="3"} -Inf', 'a{b="4"} Nan'),
      [
        ["a", { b: "1" }, -1500],
        ["a", { b: "2" }, 0.5],
        ["a", { b: "3" }, -Infinity],
        ["a", { b: "4" }, Number.NaN],
      ],
    ],
    ["a counter", counter("a_total 0"), [["a_total", {}, 0]]],
    [
      "two families",
      gauge("a 1") + counter("a_total 2"),
      [
        ["a", {}, 1],
        ["a_total", {}, 2],
      ],
    ],
    [
      "a histogram",
      histogram('h_bucket{le="1"} 2', 'h_bucket{le="+Inf"} 3', "h_sum 7", "h_count 3"),
      [
        ["h_bucket", { le: "1" }, 2],
        ["h_bucket", { le: "+Inf" }, 3],
        ["h_sum", {}, 7],
        ["h_count", {}, 3],
      ],
    ],
    [
      "a summary",
      lines("# HELP s Help.", "# TYPE s summary", 's{quantile="0.5"} 2', "s_sum 7", "s_count 3"),
      [
        ["s", { quantile: "0.5" }, 2],
        ["s_sum", {}, 7],
        ["s_count", {}, 3],
      ],
    ],
  ])("reads %s", (_, page, samples) => {
    expect(flat(parseText(page))).toEqual(samples);
    expect(flat(parseText(Buffer.from(page)))).toEqual(samples);
  });

  it("reads a very long label value", () => {
    const long = "x\\\\".repeat(200_000);
    expect(parseText(gauge(`a{b="${long}"} 1`)).families[0]?.samples[0]?.labels.get("b")).toHaveLength(400_000);
  });

  it("gives name, type and unescaped help of a family", () => {
    const page = parseText(lines(String.raw`# HELP a One \\ two\nthree "four"`, "# TYPE a untyped", "a 1"));
    expect(page.families).toEqual([
      {
        name: "a",
        type: "untyped",
        help: 'One \\ two\nthree "four"',
        samples: [{ name: "a", labels: new Map(), value: 1 }],
      },
    ]);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["an empty page", "", /^line 1: the page is empty/],
    ["nothing but a newline", "\n", /^line 1: empty line/],
    ["a missing final newline", gauge("a 1").slice(0, -1), /^line 3: no newline/],
    ["an empty line", gauge("", "a 1"), /^line 3: empty/],
    ["an empty line at the end", gauge("a 1", ""), /^line 4: empty/],
    ["a carriage return", gauge("a 1\r"), /^line 3: carriage/],
    ["a free comment", gauge("# hello"), /^line 3: neither HELP nor TYPE/],
    ["# EOF", gauge("a 1", "# EOF"), /^line 4: neither/],
    ["UNIT", gauge("# UNIT a a"), /^line 3: neither/],
    ["an empty HELP", lines("# HELP a ", "# TYPE a gauge"), /^line 1: neither/],
    ["two blanks in TYPE", lines("# HELP a b", "# TYPE a  gauge"), /^line 2: type " gauge"/],
    ["an unknown type", lines("# HELP a b", "# TYPE a info"), /^line 2: type "info" of a is none of counter, /],
    ["a bad escape in HELP", lines(String.raw`# HELP a \"`), /^line 1: bad escape \\" in HELP/],
    ["a backslash at the end of HELP", lines("# HELP a \\"), /^line 1: bad escape/],
    ["a bad metric name in TYPE", lines("# TYPE 1a gauge"), /^line 1: "1a" is not a metric name/],
    ["a bad metric name", gauge("a-b 1"), /^line 3: "a-b" is not/],
    ["a colon in a metric name", gauge("a:b 1"), /^line 3: "a:b" is not/],
    ["no name", gauge('{b="1"} 1'), /^line 3: "" is not/],
    ["a bad label name", gauge('a{1b="1"} 1'), /^line 3: "1b" is not a label name/],
    ["an empty label name", gauge('a{="1"} 1'), /^line 3: "" is not a label name/],
    ["a reserved label name", gauge('a{__b="1"} 1'), /^line 3: label names with two/],
    ["a repeated label", gauge('a{b="1",b="2"} 1'), /^line 3: label b stands twice/],
    ["a bad escape in a label", gauge(String.raw`a{b="\t"} 1`), /^line 3: bad escape \\t in the value of label b/],
    ["an unescaped quote", gauge('a{b="""} 1'), /^line 3: bad label/],
    ["a raw newline in a label", gauge('a{b="1\n2"} 1'), /^line 3: bad label/],
    ["an escaped closing quote", gauge('a{b="1\\"} 1'), /^line 3: bad label/],
    ["a blank between labels", gauge('a{b="1", c="2"} 1'), /^line 3: bad label at " c=/],
    ["a comma after the last label", gauge('a{b="1",} 1'), /^line 3: bad label/],
    ["no value", gauge("a"), /^line 3: no value/],
    ["no blank before the value", gauge('a{b="1"}1'), /^line 3: no blank/],
    ["two blanks before the value", gauge("a  1"), /^line 3: " 1" is not a number/],
    ["a timestamp", gauge("a 1 1700000000000"), /^line 3: more than a value/],
    ["a value that is no number", gauge("a undefined"), /^line 3: "undefined" is not a number/],
    ["a hexadecimal value", gauge("a 0x10"), /^line 3: "0x10" is not a number/],
    ["a value with a separator", gauge("a 1_0"), /^line 3: "1_0" is not a number/],
    ["a value too large", gauge("a 1e999"), /^line 3: 1e999 does not fit/],
    [
      "a duplicate series",
      gauge('a{b="1",c="2"} 1', 'a{c="2",b="1"} 1'),
      /^line 4: series a{c="2",b="1"} stands twice/,
    ],
    ["a duplicate by an empty label", gauge("a 1", 'a{b=""} 1'), /^line 4: series a{b=""} stands twice/],
    ["no TYPE", lines("# HELP a b", "a 1"), /^line 2: no TYPE and HELP before sample a/],
    ["no HELP", lines("# TYPE a gauge", "a 1"), /^line 2: no TYPE and HELP/],
    [
      "no HELP in a family without samples",
      lines("# TYPE a gauge") + counter(),
      /^line 2: family a lacks TYPE or HELP/,
    ],
    ["no TYPE at the end of the page", lines("# HELP a b"), /^line 1: family a lacks/],
    ["a sample first", lines("a 1"), /^line 1: no TYPE and HELP/],
    ["a repeated TYPE", gauge("# TYPE a gauge"), /^line 3: TYPE of a is repeated/],
    ["a repeated HELP", gauge("# HELP a Help."), /^line 3: HELP of a is repeated/],
    [
      "TYPE after samples",
      lines("# HELP a b", "# TYPE a gauge", "a 1", "# TYPE a gauge"),
      /^line 4: TYPE of a comes after/,
    ],
    ["HELP after samples", gauge("a 1", "# HELP a b"), /^line 4: HELP of a comes after/],
    ["a family declared twice", gauge("a 1") + counter() + gauge(), /^line 6: family a is declared twice/],
    ["scattered samples", gauge("a 1") + counter("a_total 1", 'a{b="1"} 1'), /^line 7: the samples of a do not stand/],
    [
      "families whose names collide",
      histogram() + lines("# HELP h_sum b", "# TYPE h_sum gauge"),
      /^line 4: families h and h_sum both own the name h_sum/,
    ],
    ["a sample of no family", gauge("b 1"), /^line 3: sample b does not belong to gauge a/],
    ["_sum of a gauge", gauge("a_sum 1"), /^line 3: sample a_sum does not belong/],
    ["a histogram's bare name", histogram("h 1"), /^line 3: sample h does not belong/],
    ["a counter without _total", lines("# HELP a b", "# TYPE a counter"), /^line 2: counter a does not end in _total/],
    ["a gauge with _total", lines("# HELP a_total b", "# TYPE a_total gauge"), /^line 2: gauge a_total ends in _total/],
    ["an info gauge of 2", lines("# HELP a_info b", "# TYPE a_info gauge", "a_info 2"), /^line 3: a_info must be 1/],
    ["a negative counter", counter("a_total -1"), /^line 3: counter a_total is -1/],
    ["a counter of NaN", counter("a_total NaN"), /^line 3: counter a_total is NaN/],
    ["label le on a gauge", gauge('a{le="1"} 1'), /^line 3: label le belongs/],
    ["label quantile on a gauge", gauge('a{quantile="1"} 1'), /^line 3: label quantile belongs/],
    ["a bucket without le", histogram("h_bucket 1"), /^line 3: label le belongs/],
    ["a bucket whose le is no number", histogram('h_bucket{le="x"} 1'), /^line 3: "x" is not a number/],
    ["half a count", histogram('h_bucket{le="1"} 0.5'), /^line 3: h_bucket counts, but is 0.5/],
    [
      "buckets out of order",
      histogram('h_bucket{le="2"} 1', 'h_bucket{le="1"} 1'),
      /^line 4: bucket 1 does not come after 2/,
    ],
    ["the same bucket twice", histogram('h_bucket{le="1"} 1', 'h_bucket{le="1.0"} 1'), /^line 4: bucket 1 does not/],
    [
      "buckets that are not cumulative",
      histogram('h_bucket{le="1"} 2', 'h_bucket{le="2"} 1'),
      /^line 4: buckets are not cumul/,
    ],
    [
      "no +Inf",
      histogram('h_bucket{le="1"} 2', "h_sum 1", "h_count 2"),
      /^line 5: the histogram before has no bucket \+Inf/,
    ],
    [
      "_count unlike +Inf",
      histogram('h_bucket{le="+Inf"} 2', "h_sum 1", "h_count 3"),
      /^line 5: .* _count 3, but bucket \+Inf 2/,
    ],
    ["no _sum", histogram('h_bucket{le="+Inf"} 2', "h_count 2") + gauge(), /^line 5: .* lacks its _sum/],
    [
      "mixed histograms",
      histogram(
        'h_bucket{b="1",le="+Inf"} 0',
        'h_sum{b="1"} 0',
        'h_count{b="1"} 0',
        'h_bucket{b="2",le="+Inf"} 0',
        'h_sum{b="2"} 0',
        'h_count{b="2"} 0',
        'h_bucket{b="1",le="1"} 0',
      ),
      /^line 9: .* do not stand together/,
    ],
    ["a quantile of 2", lines("# HELP s b", "# TYPE s summary", 's{quantile="2"} 1'), /^line 3: quantile 2 is not/],
    ["a lone surrogate", gauge('a{b="\ud800"} 1'), /^line 3: lone surrogate/],
    ["invalid UTF-8", Buffer.concat([Buffer.from(gauge('a{b="')), Buffer.from([0xc3, 0x28])]), /^line 4: /],
    ["invalid UTF-8 in HELP", Buffer.from("# HELP a \xff\n", "latin1"), /^line 1: .*not valid/],
    ["a byte order mark", Buffer.from(`\ufeff${gauge("a 1")}`), /^line 1: /],
  ])("refuses %s", (_, page, message) => {
    expect(() => parseText(page)).toThrow(message);
  });
});

describe("parseOpenMetrics", () => {
  it.each<[string, string, unknown[]]>([
    ["an empty page", open(), []],
    ["a counter", open("# HELP a b", "# TYPE a counter", "a_total 1"), [["a_total", {}, 1]]],
    ["an info", open("# HELP a b", "# TYPE a info", 'a_info{c="d"} 1'), [["a_info", { c: "d" }, 1]]],
    [
      "a counter and a histogram that were created",
      open(
        ...["# HELP a b", "# TYPE a counter", 'a_total{b="c"} 1', 'a_created{b="c"} 1.5', 'a_total{b="d"} 1'],
        ...["# HELP h b", "# TYPE h histogram", 'h_bucket{le="+Inf"} 1', "h_sum 1", "h_count 1", "h_created 2"],
      ),
      [
        ["a_total", { b: "c" }, 1],
        ["a_created", { b: "c" }, 1.5],
        ["a_total", { b: "d" }, 1],
        ["h_bucket", { le: "+Inf" }, 1],
        ["h_sum", {}, 1],
        ["h_count", {}, 1],
        ["h_created", {}, 2],
      ],
    ],
    [
      "a unit",
      open("# TYPE a_seconds gauge", "# UNIT a_seconds seconds", "# HELP a_seconds b", "a_seconds 1"),
      [["a_seconds", {}, 1]],
    ],
    ["an unknown", open("# HELP a b", "# TYPE a unknown", "a 1"), [["a", {}, 1]]],
  ])("reads %s", (_, page, samples) => {
    expect(flat(parseOpenMetrics(page))).toEqual(samples);
  });

  it("unescapes the quotes of HELP", () => {
    const page = parseOpenMetrics(open(String.raw`# HELP a \"b\"\\\n`, "# TYPE a gauge"));
    expect(page.families[0]?.help).toBe('"b"\\\n');
  });

  it.each<[string, string, RegExp]>([
    ["a missing # EOF", gauge("a 1"), /^line 3: the page does not end with # EOF/],
    ["# EOF without a newline", open().slice(0, -1), /^line 1: no newline/],
    ["two # EOF", open("# EOF"), /^line 1: # EOF before the end/],
    ["something behind # EOF", open() + gauge(), /^line 1: # EOF before the end/],
    ["an unescaped quote in HELP", open('# HELP a "b"'), /^line 1: unescaped "/],
    [
      "a counter's family with _total",
      open("# HELP a_total b", "# TYPE a_total counter"),
      /^line 2: .* without _total/,
    ],
    [
      "a counter's sample without _total",
      open("# HELP a b", "# TYPE a counter", "a 1"),
      /^line 3: sample a does not belong/,
    ],
    [
      "_created of a gauge",
      open("# HELP a b", "# TYPE a gauge", "a 1", "a_created 1"),
      /^line 4: sample a_created does not/,
    ],
    [
      "_created before its counter",
      open("# HELP a b", "# TYPE a counter", "a_created 1", "a_total 1"),
      /^line 3: a_created comes before/,
    ],
    [
      "_created without its counter",
      open("# HELP a b", "# TYPE a counter", 'a_total{b="c"} 1', 'a_created{b="d"} 1'),
      /^line 4: a_created comes before/,
    ],
    [
      "_created after the next counter",
      open("# HELP a b", "# TYPE a counter", 'a_total{b="c"} 1', 'a_total{b="d"} 1', 'a_created{b="c"} 1'),
      /^line 5: the samples of one metric of a do not stand together/,
    ],
    ["_created twice", open("# HELP a b", "# TYPE a counter", "a_total 1", "a_created 1", "a_created 1"), /^line 5: /],
    [
      "_created in the middle of a histogram",
      open("# HELP a b", "# TYPE a histogram", 'a_bucket{le="+Inf"} 1', "a_created 1", "a_count 1", "a_sum 1"),
      /^line 5: a_count comes after the time of creation/,
    ],
    ["_created of 0", open("# HELP a b", "# TYPE a counter", "a_total 1", "a_created 0"), /^line 4: a_created is 0/],
    [
      "a family that another one's _created belongs to",
      open("# HELP a b", "# TYPE a counter", "a_total 1", "# HELP a_created b", "# TYPE a_created gauge"),
      /^line 5: families a and a_created both own the name a_created/,
    ],
    [
      "a family named after a unit that it does not declare",
      open("# HELP a_seconds b", "# TYPE a_seconds gauge", "a_seconds 1"),
      /^line 4: a_seconds declares the unit none instead of seconds/,
    ],
    ["a gauge with _total", open("# HELP a_total b", "# TYPE a_total gauge"), /^line 2: gauge a_total ends in _total/],
    ["untyped", open("# HELP a b", "# TYPE a untyped"), /^line 2: type "untyped" of a is none of/],
    ["an info of 0", open("# HELP a b", "# TYPE a info", "a_info 0"), /^line 3: a_info must be 1, not 0/],
    ["an info's family with _info", open("# HELP a_info b", "# TYPE a_info info"), /^line 2: .* without _info/],
    [
      "a unit that is not in the name",
      open("# HELP a b", "# TYPE a gauge", "# UNIT a seconds"),
      /^line 4: a does not end in/,
    ],
    ["an exemplar", open("# HELP a b", "# TYPE a counter", 'a_total 1 # {b="c"} 1'), /^line 3: more than a value/],
    ["HELP without TYPE at the end", open("# HELP a b"), /^line 2: family a lacks/],
  ])("refuses %s", (_, page, message) => {
    expect(() => parseOpenMetrics(page)).toThrow(message);
  });
});

describe("find and value", () => {
  const page = parseText(gauge('a{b="1",c="1"} 1', 'a{b="1",c="2"} 2', 'a{b="2",c="1"} 3'));

  it("find the samples that have the given labels", () => {
    expect(find(page, "a", { b: "1" }).map((sample) => sample.value)).toEqual([1, 2]);
    expect(find(page, "a")).toHaveLength(3);
    expect(find(page, "b")).toEqual([]);
    expect(value(page, "a", { b: "2" })).toBe(3);
  });

  it("say what there is, where there is not exactly one", () => {
    expect(() => value(page, "a", { c: "1" })).toThrow(
      '2 samples instead of one are a{c="1"}; there is:\n  a{b="1",c="1"} 1\n  a{b="2",c="1"} 3',
    );
    expect(() => value(page, "a", { c: "9" })).toThrow(/^0 samples .*\n {2}a{b="1",c="1"} 1\n.*\n.* 3$/);
    expect(() => value(page, "b")).toThrow(/^0 samples instead of one are b; there is:\n {2}a$/);
  });
});
