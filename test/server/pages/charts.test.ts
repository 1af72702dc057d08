import { describe, expect, test } from "vitest";
import type { MinuteOfNode } from "../../../src/poll/last-hour.ts";
import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { toStored } from "../../../src/poll/store.ts";
import { charts } from "../../../src/server/pages/charts.ts";
import { htmlOf } from "../../../src/server/pages/markup.ts";
import { overviewOf } from "../../../src/server/pages/overview.ts";
import { NOW, nodeConfig, report, stateAfter } from "../../poll/support.ts";

const MINUTE = Math.floor(NOW / 60_000);

type Given = Partial<Omit<MinuteOfNode, "minute">> & { readonly ago: number };

const peers = (inbound: number, outbound: number) => ({ peers: { inbound, outbound, unknown: 0 } });

/** The charts of a node with these minutes. */
function draw(given: readonly Given[], options: { readonly since?: number; readonly chain?: "chainweb" } = {}) {
  const minutes = given.map(({ ago, ...rest }) => ({
    minute: MINUTE - ago,
    peers: undefined,
    lagBlocks: undefined,
    receivedPerSecond: undefined,
    sentPerSecond: undefined,
    pollSeconds: 0.25,
    hasFailedPoll: false,
    ...rest,
  }));
  const recentPolls = createRecentPolls().of("node-1");
  const sinceMs = given.length === 0 ? undefined : NOW - (options.since ?? 600) * 60_000;
  const lastHour = { minutes: () => minutes, sinceMs: () => sinceMs };
  const node = nodeConfig({ chain: options.chain ?? "monero" });
  const overview = overviewOf(toStored(stateAfter(report(), { node })), recentPolls);
  return htmlOf(charts(overview, { ...recentPolls, lastHour }, NOW));
}

const figure = (html: string, title: string) =>
  [...html.matchAll(/<figure>.*?<\/figure>/gs)]
    .map(([text]) => text)
    .find((text) => text.includes(`<b>${title}</b>`)) ?? "";
const paths = (html: string, name: string) =>
  [...html.matchAll(new RegExp(`class="${name}" d="([^"]*)"`, "g"))].map(([, path]) => path);

describe("the lines", () => {
  test("begin at 0, so that a small change does not look like a large one, and end with the present minute", () => {
    const html = figure(draw([1, 0].map((ago) => ({ ago, ...peers(1, 9) }))), "Peers");
    expect(paths(html, "line")).toEqual(["M58.5 20l1 0"]);
    expect(paths(html, "line second")).toEqual(["M58.5 0l1 0"]);
    expect(html).toContain('<text y="50%">5</text>');
  });

  test("end where a value is not known, and where no poll ended for long", () => {
    const known = (ago: number) => ({ ago, lagBlocks: 1 });
    const lines = (...given: readonly Given[]) =>
      paths(figure(draw(given), "Blocks behind"), "line")
        .join("")
        .split("M").length - 1;
    expect(lines(known(5), known(4), known(3))).toBe(1);
    expect(lines(known(5), known(3))).toBe(1);
    expect(lines(known(5), known(1))).toBe(2);
    expect(lines(known(5), { ago: 4 }, known(3))).toBe(2);
  });

  test("of one minute are as wide as it", () => {
    expect(paths(figure(draw([{ ago: 0, lagBlocks: 1 }]), "Blocks behind"), "line")).toEqual(["M59 0h1"]);
  });

  test("of the largest numbers stay in the picture", () => {
    const html = draw([
      { ago: 2, lagBlocks: Number.MAX_SAFE_INTEGER },
      { ago: 1, lagBlocks: 0 },
      { ago: 0, lagBlocks: 1e300 },
    ]);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
    expect(paths(figure(html, "Blocks behind"), "line")).toEqual(["M57.5 200l1 0 1-200"]);
  });
});

describe("what is not known", () => {
  test("before the first poll is hatched, and says when that was", () => {
    const html = draw([{ ago: 2, ...peers(1, 1) }], { since: 2 });
    expect(html).toContain("Last 10 minutes");
    expect(html).toContain('<rect class="before" width="70%" height="100%"/>');
    expect(figure(html, "Peers")).toContain("first poll 03:02");
    expect(html).toContain("before the first poll at 03:02: nothing is known");
  });

  test("a node that was down from its first poll has one text, not two in the same place", () => {
    const html = figure(draw([{ ago: 1, hasFailedPoll: true }], { since: 1 }), "Peers");
    expect(html.match(/class="note"/g)).toHaveLength(1);
    expect(html).toContain("no data; first poll 03:03");
  });

  test("before any poll has ended is said, without numbers", () => {
    const html = draw([]);
    expect(figure(html, "Peers")).toContain("no data yet: values appear after the first poll");
    expect(html).not.toMatch(/class="(y|line|area|values)"/);
  });

  test("while the node was down is neither hatched nor 0", () => {
    const down = (ago: number) => ({ ago, hasFailedPoll: true });
    const html = draw([{ ago: 4, ...peers(2, 2) }, down(3), down(2), { ago: 1, ...peers(2, 2) }]);
    expect(paths(figure(html, "Peers"), "down")).toEqual(["M56 0H58V200H56Z"]);
    expect(html).not.toContain('class="before"');
    expect(html).toContain("polls failed: the node was down");
    expect(paths(figure(html, "Poll time"), "failed")).toEqual(["M56.5 200v-30M57.5 200v-30"]);
  });

  test("now is not shown by older numbers", () => {
    const html = draw([
      { ago: 1, ...peers(7, 7) },
      { ago: 0, hasFailedPoll: true },
    ]);
    expect(figure(html, "Peers")).toContain('aria-label="Peers: out unknown, in unknown; at most 14"');
  });

  test("of bytes is no chart", () => {
    expect(figure(draw([{ ago: 0 }]), "Bytes per second")).toBe("");
    const html = draw([{ ago: 0, receivedPerSecond: 2048, sentPerSecond: 1 }]);
    expect(figure(html, "Bytes per second")).toContain("received <b>2.0 KiB/s</b>");
  });
});

describe("the table of values", () => {
  test("has what the charts show, the newest first, and nothing in place of what is not known", () => {
    const html = draw([
      { ago: 1, ...peers(1, 2), lagBlocks: 3 },
      { ago: 0, hasFailedPoll: true },
    ]);
    const rows = html.slice(html.indexOf('<table class="values">')).match(/<tr>.*/g);
    expect(rows).toEqual([
      '<tr><th scope="col">UTC<th scope="col">peers<th scope="col">out<th scope="col">in<th scope="col">behind<th scope="col">poll<tbody>',
      "<tr><th>03:04<td><td><td><td><td>250 ms, failed",
      "<tr><th>03:03<td>3<td>2<td>1<td>3<td>250 ms</table></div>",
    ]);
    expect(figure(html, "Peers")).toContain('data-columns="1 2 3"');
    expect(figure(html, "Poll time")).toContain('data-columns="5"');
  });

  test("of a clock that was set back to before the first poll has nothing known, and no more than all of it", () => {
    const html = draw([{ ago: -90 }], { since: -90 });
    const shares = [...html.matchAll(/class="before" width="([^"]*)"/g)].map(([, width]) => width);
    expect(new Set(shares)).toEqual(new Set(["100%"]));
    expect(html).toContain('class="note" x="50%"');
  });

  test("of a clock that was set has no minute outside of the hour", () => {
    const html = draw([61, 60, 59, 0, -3].map((ago) => ({ ago, ...peers(1, 1) })));
    expect(html.match(/<tr><th>/g)).toHaveLength(2);
  });
});

test("a chain that lists no connections has known peers", () => {
  const html = draw([{ ago: 0, peers: { inbound: 0, outbound: 0, unknown: 31 } }], { chain: "chainweb" });
  expect(figure(html, "Known peers")).toContain("known <b>31</b>");
});
