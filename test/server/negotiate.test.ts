import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptsGzip, negotiateFormat } from "../../src/server/negotiate.ts";

const OM = "application/openmetrics-text";
const PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

describe("Accept", () => {
  test.each<[string, string | undefined, "text" | "openmetrics"]>([
    [
      "Prometheus 2.42",
      `${OM};version=1.0.0,${OM};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
      "openmetrics",
    ],
    [
      "Prometheus 2.42 with native histograms",
      `${PROTOBUF},${OM};version=1.0.0;q=0.8,${OM};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
      "openmetrics",
    ],
    [
      "Prometheus 2.53",
      `${OM};version=1.0.0;q=0.5,${OM};version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
      "openmetrics",
    ],
    [
      "Prometheus 3.x",
      `${OM};version=1.0.0;escaping=allow-utf-8;q=0.6,${OM};version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
      "openmetrics",
    ],
    [
      "Prometheus 3.x with native histograms",
      `${PROTOBUF};q=0.6,${OM};version=1.0.0;escaping=allow-utf-8;q=0.5,${OM};version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1`,
      "openmetrics",
    ],
    [
      "Prometheus 3.x that prefers the text format",
      `text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,${OM};version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.3`,
      "text",
    ],
    ["Prometheus with the text format alone", "text/plain;version=0.0.4;q=0.2,*/*;q=0.1", "text"],
    ["a client of protobuf alone", PROTOBUF, "text"],
    ["a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "text"],
    ["curl and most others", "*/*", "text"],
    ["no header", undefined, "text"],
    ["an empty header", "", "text"],
    ["OpenMetrics without a version", OM, "openmetrics"],
    ["OpenMetrics with blanks and capitals", `Application/OpenMetrics-Text ; Version="1.0.0" ; Q=0.9`, "openmetrics"],
    ["OpenMetrics in a version that is not written here", `${OM};version=0.0.1`, "text"],
    ["OpenMetrics 2", `${OM};version=2.0.0;q=0.9,*/*;q=0.1`, "text"],
    ["OpenMetrics refused", `${OM};q=0`, "text"],
    ["OpenMetrics refused with a fraction", `${OM};version=1.0.0;q=0.000,*/*`, "text"],
    ["text before OpenMetrics", `text/plain;q=0.9,${OM};q=0.8`, "text"],
    ["OpenMetrics before text", `text/plain;q=0.8,${OM};q=0.9`, "openmetrics"],
    ["both alike", `text/plain,${OM}`, "openmetrics"],
    ["any text before OpenMetrics", `text/*;q=0.9,${OM};q=0.8`, "text"],
    ["a wildcard next to a named OpenMetrics", `*/*,${OM};q=0.1`, "openmetrics"],
    ["anything of type application", "application/*", "text"],
    ["a weight above 1 cannot be read", `${OM};q=7`, "text"],
    ["a weight that is not a number cannot be read", `${OM};q=high`, "text"],
    ["a weight below 0 cannot be read", `${OM};q=-1`, "text"],
    ["garbage", ";;;,,,=;q=1,\u0000", "text"],
    ["JSON", "application/json", "text"],
  ])("%s", (_, accept, expected) => {
    expect(negotiateFormat(accept)).toBe(expected);
  });

  test("the order of the items does not matter", () => {
    const items = [
      `${OM};version=1.0.0;q=0.5`,
      `${OM};version=0.0.1;q=0.4`,
      "text/plain;version=0.0.4;q=0.3",
      "*/*;q=0.2",
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(items, { minLength: 4 }), fc.constantFrom(",", ", ", " , "), (order, comma) => {
        expect(negotiateFormat(order.join(comma))).toBe("openmetrics");
      }),
    );
  });

  test("anything is answered, with OpenMetrics only where it is named", () => {
    const part = fc.constantFrom(
      OM,
      "text/plain",
      "*/*",
      ";",
      ",",
      "q=",
      "version=",
      "1.0.0",
      "0.5",
      "0",
      " ",
      '"',
      "x",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join("")),
        ),
        (accept) => {
          if (negotiateFormat(accept) === "openmetrics") expect(accept.toLowerCase()).toContain(OM);
          expect(typeof acceptsGzip(accept)).toBe("boolean");
        },
      ),
    );
  });

  test("a header of any length costs little", () => {
    const start = process.cpuUsage();
    negotiateFormat(`${"a;".repeat(8000)}${OM}`);
    negotiateFormat(`${OM};q=0.1,`.repeat(1000));
    negotiateFormat(`${OM};x="${"\\".repeat(16_000)}`);
    acceptsGzip(`${" ".repeat(16_000)}gzip`);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});

describe("Accept-Encoding", () => {
  test.each<[string | undefined, boolean]>([
    [undefined, false],
    ["", false],
    ["gzip", true],
    ["GZIP", true],
    ["x-gzip", true],
    ["gzip, deflate, br, zstd", true],
    ["gzip;q=0.1, identity;q=0.5", true],
    ["gzip;q=0", false],
    ["gzip;q=0.000", false],
    ["gzip; q=0, *", false],
    ["*, gzip;q=0", false],
    ["*", true],
    ["*;q=0.5", true],
    ["*;q=0", false],
    ["*;q=0, gzip", true],
    ["identity", false],
    ["identity;q=0", false],
    ["br", false],
    ["deflate, br;q=1", false],
    ["gzipped", false],
    ["gzip;q=2", false],
    [";;,,q=1", false],
  ])("%j: %s", (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });
});
