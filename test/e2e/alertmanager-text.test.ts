import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { textOf } from "../../tools/repository.ts";
import { type Alertmanager, type Labels, startAlertmanager } from "../support/alertmanager.ts";
import { findServer, waitFor } from "../support/servers.ts";

/** What the example of Alertmanager writes to Slack. */

const isInstalled = findServer("prometheus-alertmanager", "apt-get install prometheus-alertmanager") !== undefined;

const message = z.object({ attachments: z.tuple([z.object({ title: z.string(), text: z.string() })]) });

const lagging = (index: number): Labels => ({
  ...{ alertname: "P2PNodeHeadLagging", severity: "warning", chain: "wire", network: "mainnet", target: `n${index}` },
});

describe.skipIf(!isInstalled)("the text for Slack", () => {
  const texts: { readonly title: string; readonly text: string }[] = [];
  const slack = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      texts.push(message.parse(JSON.parse(body)).attachments[0]);
      response.end("ok");
    });
  });
  let alertmanager: Alertmanager;

  beforeAll(async () => {
    await new Promise<void>((resolve) => slack.listen(0, "127.0.0.1", resolve));
    const address = slack.address();
    if (address === null || typeof address === "string") throw new Error("Slack does not listen");
    const config = parse(textOf("prometheus/alertmanager.yml"), (key, value) =>
      key === "api_url" ? `http://127.0.0.1:${address.port}` : value,
    );
    alertmanager = await startAlertmanager(JSON.stringify(config), { keeps: ["slack_configs"] });
  });

  afterAll(async () => {
    await alertmanager?.stop();
    slack.close();
  });

  test("is short for many nodes: title, summary, links, number and the first five", async () => {
    await alertmanager.fire(Array.from({ length: 200 }, (_, index) => lagging(index)));
    const { title, text } = await waitFor(() => texts[0], "the message");
    expect(title).toBe("FIRING: P2PNodeHeadLagging wire mainnet");
    expect(text.trimEnd().split("\n")).toEqual([
      "The summary.",
      "Runbook: http://runbook/",
      "Dashboard: http://dashboard/",
      "Alerts: 200, the first 5",
      ...[0, 1, 10, 100, 101].map((index) => `- About n${index}.`),
    ]);
  });
});
