import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { find, parseOpenMetrics } from "../support/exposition-parser.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { run, tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

/** The OpenMetrics page of the demo, read by the parsers of others. */

/** Debian's Python, as its packages are not seen by others. */
const PYTHON = "/usr/bin/python3";
const PYTHON_CLIENT = "/usr/lib/python3/dist-packages/prometheus_client";

function findPythonParser(): boolean {
  if (existsSync(PYTHON) && existsSync(PYTHON_CLIENT)) return true;
  const message = "Python's strict OpenMetrics parser is not here (apt-get install python3-prometheus-client)";
  if (process.env.CI === "true") throw new Error(message);
  process.stderr.write(`${message}: its tests are skipped\n`);
  return false;
}

const hasPythonParser = findPythonParser();

/** A Prometheus 3, which no package of Debian has: go install github.com/prometheus/prometheus/cmd/prometheus@latest. */
const prometheus3 = process.env.PROMETHEUS_3;
if (prometheus3 === undefined) {
  process.stderr.write("tests that need Prometheus 3 are skipped: PROMETHEUS_3 does not name a program\n");
}

/** Prints each family with its unit and the names of its samples. */
const SCRIPT = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
page = sys.stdin.buffer.read().decode()
families = list(text_string_to_metric_families(page))
print(json.dumps([[f.name, f.type, f.unit, [s.name for s in f.samples]] for f in families]))
`;

const parsed = z.array(z.tuple([z.string(), z.string(), z.string(), z.array(z.string())]));

let exporter: Exporter;

beforeAll(async () => {
  exporter = await startExporter({ args: ["demo"] });
  await untilReady(exporter);
});

afterAll(async () => {
  await exporter.stop();
});

test.skipIf(!hasPythonParser)(
  "Python's strict parser reads the page, its units and its times of creation",
  async () => {
    const answer = await fetch(`${exporter.url}/metrics`, { headers: { accept: "application/openmetrics-text" } });
    const page = await answer.text();
    // In a folder of its own, as Python imports from the current one.
    const options = { input: page, cwd: tempFolder() };
    const { code, stdout, output } = await run(PYTHON, ["-c", SCRIPT], options);
    expect(code, output).toBe(0);
    const families = parsed.parse(JSON.parse(stdout));
    const own = parseOpenMetrics(page).families.map(({ name }) => name);
    expect(families.map(([name]) => name)).toEqual(expect.arrayContaining([...own]));
    expect(families.map(([name, type, unit]) => [name, type, unit])).toContainEqual([
      "p2p_connection_receive_bytes",
      "counter",
      "bytes",
    ]);
    const created = families.filter(([name, , , samples]) => samples.includes(`${name}_created`)).map(([name]) => name);
    expect(created).toEqual(
      expect.arrayContaining([
        ...["p2p_node_polls", "p2p_node_receive_bytes", "p2p_connection_transmit_bytes", "process_cpu_seconds"],
        ...["peer_exporter_http_connections_closed", "peer_exporter_http_request_duration_seconds"],
      ]),
    );
  },
);

const matrix = z.object({
  data: z.object({ result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })) }),
});

describe.skipIf(prometheus3 === undefined)("Prometheus 3 with created-timestamp-zero-ingestion", () => {
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>;

  beforeAll(async () => {
    prometheus = await startPrometheus({
      targets: [new URL(exporter.url).host],
      program: prometheus3 ?? "",
      args: ["--enable-feature=created-timestamp-zero-ingestion"],
    });
  });

  afterAll(async () => {
    await prometheus?.stop();
  });

  test.each([["p2p_node_polls_total", 'p2p_node_polls_created{target="monero-1-hub"}']])(
    "%s begins with 0 at its creation",
    async (family) => {
      const [target] = find(await exporter.openMetrics(), "p2p_node_polls_created");
      const name = target?.labels.get("target") ?? "";
      const query = encodeURIComponent(`${family}{target="${name}"}[10m]`);
      const values = await waitFor(
        async () => {
          const response = await fetch(`${prometheus.url}/api/v1/query?query=${query}`);
          const [series] = matrix.parse(await response.json()).data.result;
          return series !== undefined && series.values.length > 2 ? series.values : undefined;
        },
        "samples of a counter",
        { timeoutMs: 30_000 },
      );
      expect(values[0]?.[1]).toBe("0");
      expect(values[0]?.[0]).toBeCloseTo(target?.value ?? 0, 2);
    },
  );

  test("the times of creation are no series of their own", async () => {
    expect(await prometheus.query('{__name__=~".+_created"}')).toEqual([]);
  });
});
