import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parse.ts";
import { loadAssets } from "../../../src/documents/assets.ts";
import { type ProbeOutcome, scrapeTimeoutMs } from "../../../src/server/routes/probe.ts";
import { NO_PROBE, setUp } from "../support.ts";

const never = () => new Promise<ProbeOutcome>(() => {});
const polled = async (): Promise<ProbeOutcome> => ({ kind: "polled" });

function probed(probe: (name: string) => Promise<ProbeOutcome>) {
  const pageOf = (name: string) => ({ chunks: (format: string) => [Buffer.from(`${name} ${format}\n`)] });
  const probeTarget = () => Promise.reject(new Error("must not be polled"));
  const traceOf = (name: string) => `the poll of ${name}\n\n`;
  return setUp({ probe: { nodes: () => ["one", "two"], probe, pageOf, traceOf, probeTarget } }).server;
}

describe("/probe", () => {
  test("polls the node, then answers with its page in the format asked for", async () => {
    const asked: string[] = [];
    const server = probed((name) => {
      asked.push(name);
      return polled();
    });
    const text = await server.inject("/probe?node=two");
    expect([text.statusCode, text.headers["content-type"], text.body]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      "two text\n",
    ]);
    const headers = { accept: "application/openmetrics-text; version=1.0.0" };
    expect((await server.inject({ url: "/probe?node=one", headers })).body).toBe("one openmetrics\n");
    expect(asked).toEqual(["two", "one"]);
  });

  test("debug=true describes the poll before its series", async () => {
    const { statusCode, headers, body } = await probed(polled).inject("/probe?node=two&debug=true");
    expect([statusCode, headers["content-type"]]).toEqual([200, "text/plain; charset=utf-8"]);
    expect(body).toBe("the poll of two\n\ntwo text\n");
  });

  test("debug=true is a page for browsers, on which the texts of nodes are texts", async () => {
    const probe = {
      ...{ nodes: () => ["a b"], probe: polled, traceOf: () => "<i>trace</i>\u202e" },
      ...{ pageOf: () => ({ chunks: () => [Buffer.from('x{a="<b>"} 1\n')] }), probeTarget: NO_PROBE.probeTarget },
    };
    const headers = { accept: "text/html" };
    const { server } = setUp({ probe });
    const answer = await server.inject({ url: "/probe?node=a+b&debug=true", headers });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    for (const expected of [
      ...['<a href="/nodes/a%20b">a b</a>', "&#60;i&#62;trace&#60;/i&#62;\\u{202e}", "x{a=&#34;&#60;b&#62;&#34;} 1"],
      'href="/probe?node=a+b"',
    ])
      expect(answer.body).toContain(expected);
    const shared = probed(async () => ({ kind: "shared", ageMs: 400, sharedForMs: 1500 }));
    expect((await shared.inject({ url: "/probe?node=two&debug=true", headers })).body).toContain("ended 400ms ago");
  });

  test("a shared result is a normal page, and debug=true reports its age", async () => {
    const server = probed(async () => ({ kind: "shared", ageMs: 400, sharedForMs: 1500 }));
    const plain = await server.inject("/probe?node=two");
    expect([plain.statusCode, plain.body]).toEqual([200, "two text\n"]);
    const { body } = await server.inject("/probe?node=two&debug=true");
    expect(body).toMatch(
      /^shared: the poll below ended 400ms ago; all requests share its result for 1s500ms, .*\n\nthe poll of two\n\ntwo text\n$/,
    );
  });

  test("the same holds for a target", async () => {
    const page = { chunks: () => [Buffer.from("series\n")] };
    const shared = { ageMs: 20, sharedForMs: 1000 };
    const probeTarget = async () => ({ kind: "polled", page, trace: "the poll\n\n", shared }) as const;
    const { server } = setUp({ probe: { ...NO_PROBE, probeTarget } });
    expect((await server.inject("/probe?target=a:1&module=m")).body).toBe("series\n");
    expect((await server.inject("/probe?target=a:1&module=m&debug=true")).body).toMatch(
      /^shared: the poll below ended 20ms ago; .* for 1s, .*\n\nthe poll\n\nseries\n$/,
    );
  });

  test.each([
    ["/probe", 400],
    ["/probe?node=", 400],
    ["/probe?node=one&node=two", 400],
    ["/probe?node=three", 404],
    ["/probe?node=__proto__", 404],
    ["/probe?node=one&target=http://192.0.2.1", 400],
    ["/probe?node=&target=http://192.0.2.1", 400],
    ["/probe?target=", 400],
    ["/probe?target=a:1&target=b:1&module=m", 400],
    ["/probe?target=a:1&module=m&module=m", 400],
  ])("%s is refused with %i, and polls nothing", async (url, status) => {
    const server = probed(() => Promise.reject(new Error("must not be polled")));
    expect((await server.inject(url)).statusCode).toBe(status);
  });

  test("a scrape timeout of half a second or less is not taken for none", async () => {
    const headers = { "x-prometheus-scrape-timeout-seconds": "0.4" };
    expect((await probed(never).inject({ url: "/probe?node=one", headers })).statusCode).toBe(504);
  });

  test("a poll that outlasts Prometheus' timeout gives 504 before that", async () => {
    const headers = { "x-prometheus-scrape-timeout-seconds": "0.6" };
    const answer = await probed(never).inject({ url: "/probe?node=one", headers });
    expect(answer.statusCode).toBe(504);
    expect(answer.body).toContain("did not end within the time");
  });
});

test("a probe that the exporter's stop ends gives 503, not old data", async () => {
  expect((await probed(async () => ({ kind: "gone" })).inject("/probe?node=one")).statusCode).toBe(503);
});

test.each(['evil"<x>.com:1', "a b"])("/sd refuses the Host %j", async (host) => {
  expect((await probed(polled).inject({ url: "/sd", headers: { host } })).statusCode).toBe(400);
});

describe("/sd", () => {
  function configOf(shard?: { readonly index: number; readonly total: number }) {
    const parsed = parseConfig(
      {
        nodes: [
          { name: "one", chain: "wire", url: "http://192.0.2.1:8888", labels: { region: "eu" } },
          { name: "two", chain: "monero", url: "http://192.0.2.2:18081" },
        ],
        references: [{ name: "three", chain: "wire", url: "http://192.0.2.3:8888" }],
      },
      undefined,
    );
    if (!parsed.ok) throw new Error("a bad configuration");
    return { ...parsed.config, ...(shard === undefined ? {} : { shard }) };
  }

  const labelsOf = (name: string, chain: string) => ({
    __metrics_path__: "/probe",
    __param_node: name,
    instance: name,
    __meta_peer_exporter_exporter: "exporter.example:10900",
    __meta_peer_exporter_target: name,
    __meta_peer_exporter_chain: chain,
  });

  const listed = async (config: ReturnType<typeof configOf>) => {
    const { server } = setUp({ config: () => config });
    return server.inject({ url: "/sd", headers: { host: "exporter.example:10900" } });
  };

  test("lists every node as a target that is scraped through /probe of this address", async () => {
    const answer = await listed(configOf());
    expect(answer.headers["content-type"]).toContain("application/json");
    expect(answer.json()).toEqual([
      {
        targets: ["exporter.example:10900"],
        labels: { ...labelsOf("one", "wire"), __meta_peer_exporter_label_region: "eu" },
      },
      { targets: ["exporter.example:10900"], labels: labelsOf("two", "monero") },
    ]);
  });

  test("a label has the value of /metrics, where a line end is replaced and a long text is cut", async () => {
    const [node, ...others] = configOf().nodes;
    if (node === undefined) throw new Error("no node");
    const labels = { note: "a\nb", long: "x".repeat(200) };
    const [target] = (await listed({ ...configOf(), nodes: [{ ...node, labels }, ...others] })).json();
    expect(target.labels).toMatchObject({
      __meta_peer_exporter_label_note: "a\ufffdb",
      __meta_peer_exporter_label_long: "x".repeat(128),
    });
  });

  test("says the shard of an exporter that has one", async () => {
    const answer = await listed(configOf({ index: 1, total: 3 }));
    for (const { labels } of answer.json()) {
      expect(labels).toMatchObject({ __meta_peer_exporter_shard: "1", __meta_peer_exporter_total_shards: "3" });
    }
  });
});

describe("/dashboards and /rules", () => {
  const assets = {
    dashboards: () => ["fleet", "a&b"],
    dashboard: (name: string) => (name === "fleet" ? '{"uid":"fleet"}' : undefined),
    dashboardToImport: (name: string) => (name === "fleet" ? '{"uid":"fleet","__inputs":[]}' : undefined),
    title: (name: string) => `Peers / ${name}`,
    description: (name: string) => (name === "fleet" ? "All nodes <at a glance>." : ""),
    rules: () => "groups:\n  - name: a\n",
  };
  const { server } = { server: () => setUp({ loadAssets: async () => assets }).server };

  test("the list links to every dashboard and says what it shows", async () => {
    const { body } = await server().inject("/dashboards");
    expect(body).toContain('href="/dashboards/import/fleet.json" aria-label="To import: Peers / fleet" download>');
    expect(body).toContain('href="/dashboards/fleet.json" aria-label="To provision: Peers / fleet" download>');
    expect(body).toContain("<h2>Peers / fleet</h2>");
    expect(body).toContain("All nodes &#60;at a glance&#62;.");
    expect(body).toContain("/a&#38;b.json");
  });

  test.each([
    ["/dashboards/fleet.json", 200],
    ["/dashboards/fleet", 404],
    ["/dashboards/other.json", 404],
    ["/dashboards/import/fleet.json", 200],
    ["/dashboards/import/fleet", 404],
    ["/dashboards/import/other.json", 404],
    ["/dashboards/import", 404],
    ["/dashboards/import/", 404],
    ["/dashboards/..%2f..%2fpackage.json", 404],
  ])("%s gives %i", async (url, status) => {
    const answer = await server().inject(url);
    expect(answer.statusCode).toBe(status);
    if (status === 200) expect(answer.json()).toMatchObject({ uid: "fleet" });
  });

  test("the rules are YAML", async () => {
    const answer = await server().inject("/rules");
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "application/yaml; charset=utf-8"]);
    expect(answer.body).toBe("groups:\n  - name: a\n");
  });

  test("a browser shows the rules instead of saving them: what they are, then the file", async () => {
    const headers = { accept: "text/html,*/*;q=0.8" };
    const page = await setUp().server.inject({ url: "/rules", headers });
    expect([page.headers["content-type"], page.headers.vary]).toEqual([
      "text/html; charset=utf-8",
      "Accept, Accept-Encoding",
    ]);
    const { server } = setUp({ loadAssets });
    const { body } = await server.inject({ url: "/rules", headers });
    expect(body).toContain('<a href="/docs/runbooks/P2PNodeDown">P2PNodeDown</a>');
    const anchors = [...body.matchAll(/href="#([^"]+)"/g)].map(([, id = ""]) => id);
    expect(anchors.length).toBeGreaterThan(40);
    for (const id of anchors) expect(body.split(`id="${id}"`)).toHaveLength(2);
    const download = await server.inject({ url: "/rules?format=yaml", headers });
    expect(download.body).toBe((await server.inject("/rules")).body);
  });
});

test("a path that cannot be decoded gets a plain 400", async () => {
  const answer = await setUp().server.inject("/%zz");
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([400, "text/plain; charset=utf-8"]);
});

test.each([
  ["10", 9500],
  ["1", 500],
  // Without an answer in time Prometheus has nothing at all, so the shortest timeouts are kept as well.
  ["0.5", 250],
  ["0.1", 50],
  ["0.0001", 1],
  ["100000", 120_000],
  ["Infinity", 120_000],
  ["0", 120_000],
  ["-1", 120_000],
  ["soon", 120_000],
  ["", 120_000],
  [undefined, 120_000],
  [["2", "3"], 1500],
])("a scrape timeout of %j seconds leaves %i ms", (header, milliseconds) => {
  const headers = header === undefined ? {} : { "x-prometheus-scrape-timeout-seconds": header };
  expect(scrapeTimeoutMs({ headers })).toBe(milliseconds);
});
