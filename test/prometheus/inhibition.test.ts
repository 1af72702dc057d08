import { expect, test } from "vitest";
import * as z from "zod";
import { readYaml } from "./support.ts";

/** Which alerts the example of Alertmanager inhibits. */

const { inhibit_rules: rules } = z
  .object({
    inhibit_rules: z.array(
      z.object({
        source_matchers: z.array(z.string()),
        target_matchers: z.array(z.string()),
        equal: z.array(z.string()),
      }),
    ),
  })
  .parse(readYaml("alertmanager.yml"));

type Labels = Readonly<Record<string, string>>;

function matches(matcher: string, labels: Labels): boolean {
  const [, name = "", operator, text = ""] = /^(\w+)(=~|!~|!=|=)"(.*)"$/.exec(matcher) ?? [];
  const value = labels[name] ?? "";
  if (operator === undefined) throw new Error(`not a matcher: ${matcher}`);
  const isMatch = operator.endsWith("~") ? new RegExp(`^(?:${text})$`).test(value) : value === text;
  return operator.startsWith("!") ? !isMatch : isMatch;
}

/** As Alertmanager does it: a label that is missing on both sides is equal. */
function isInhibited(target: Labels, source: Labels): boolean {
  return rules.some(
    ({ source_matchers, target_matchers, equal }) =>
      source_matchers.every((matcher) => matches(matcher, source)) &&
      target_matchers.every((matcher) => matches(matcher, target)) &&
      equal.every((name) => (source[name] ?? "") === (target[name] ?? "")),
  );
}

const OWN_JOB = { job: "peer-exporter", instance: "localhost:10900" };
const down = { alertname: "PeerExporterDown", ...OWN_JOB };
const lagging = { alertname: "P2PNodeHeadLagging", target: "wire-1", chain: "wire" };
const scrapedAlone = { ...lagging, job: "p2p-nodes", instance: "wire-1" };

test.each<[string, Labels, Labels, boolean]>([
  ["a node on the page of the exporter that is down", { ...lagging, ...OWN_JOB }, down, true],
  ["a node of another exporter", { ...lagging, job: "peer-exporter", instance: "other:10900" }, down, false],
  [
    "a node that is scraped by itself, through the exporter that is down",
    { ...scrapedAlone, exporter: "localhost:10900" },
    { ...down, exporter: "localhost:10900" },
    true,
  ],
  [
    "a node that is scraped by itself, through another exporter",
    { ...scrapedAlone, exporter: "other:10900" },
    { ...down, exporter: "localhost:10900" },
    false,
  ],
  ["a node that is scraped by itself, without the label", scrapedAlone, down, false],
  [
    "a slow poll through the exporter that has too little CPU",
    { ...scrapedAlone, alertname: "P2PNodePollsSlow", exporter: "localhost:10900" },
    { ...OWN_JOB, alertname: "PeerExporterEventLoopSlow", exporter: "localhost:10900" },
    true,
  ],
  [
    "peers that are ahead of a node that is behind",
    { ...lagging, ...OWN_JOB, alertname: "P2PNodePeerHeightsDisagree" },
    { ...lagging, ...OWN_JOB },
    true,
  ],
  [
    "peers that disagree with another node",
    { ...lagging, ...OWN_JOB, alertname: "P2PNodePeerHeightsDisagree" },
    { ...lagging, ...OWN_JOB, target: "wire-2" },
    false,
  ],
  [
    "a node that is behind, while its peers disagree",
    { ...lagging, ...OWN_JOB },
    { ...lagging, ...OWN_JOB, alertname: "P2PNodePeerHeightsDisagree" },
    false,
  ],
])("%s", (_, target, source, expected) => {
  expect(isInhibited(target, source)).toBe(expected);
});
