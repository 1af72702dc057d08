import { describe, expect, test } from "vitest";
import type { TimedPage } from "../../../src/chains/wire/plugin.ts";
import { decodePluginPage } from "../../../src/chains/wire/plugin-page.ts";
import { joinPage as join, NOTHING_COUNTED } from "../../../src/chains/wire/plugin-rows.ts";
import type { WireConnection } from "../../../src/chains/wire/row.ts";
import { type Fields, fixtureText } from "../support.ts";
import { changedRow, type Dialect, decodeAll, rowsOf, shown } from "./support.ts";

function joinPage(rows: readonly WireConnection[], page: TimedPage): readonly WireConnection[] {
  return join(rows, page, NOTHING_COUNTED, at(page.receivedMs)).rows;
}

/** A list that came at this time, in milliseconds, with no failed poll before it. */
const at = (nowMs: number) => ({ nowMs, hasMissed: false });

const START = Date.UTC(2026, 0, 15, 23, 28, 20) / 1000;
const SPRING = fixtureText("wire/prometheus.spring-1.2.txt");
const WIRE = fixtureText("wire/prometheus.w4.txt");

function pageOf(text: string): TimedPage {
  return { ...decodePluginPage(text, "call"), receivedMs: 0 };
}

/** Received bytes of each row; undefined where it was not joined. */
function receivedBytes(rows: readonly Fields[], text: string): readonly (number | undefined)[] {
  return joinPage(decodeAll(rows), pageOf(text)).map((row) => row.receivedBytes);
}

const NONE = undefined;
const JOINED = [123_456_789, 4096, NONE, NONE, NONE, 2048, NONE, NONE];

describe("connected rows are joined, and no others", () => {
  test.each<[Dialect, string]>([
    ["l5-leap-5.0-w1", SPRING],
    ["s10-spring-1.0", SPRING],
    ["s11-spring-1.1", SPRING],
    ["s12-spring-1.2-w2", SPRING],
    ["w4", WIRE],
  ])("%s", (dialect, text) => {
    expect(receivedBytes(rowsOf(dialect), text)).toEqual(JOINED);
  });

  test("Wire W3: rows have numbers, and the page has the peer's node id", () => {
    const numbered = SPRING.replaceAll(/(connection_number\{connid="(\w+)"\}) \d+/g, (_, series, id) =>
      [series, { "7d263cd": 40, "6709920": 41, "978341d": 45 }[String(id)] ?? 3].join(" "),
    );
    expect(receivedBytes(rowsOf("w3"), numbered)).toEqual(JOINED);
    // Numbers of other connections: the page is older than the links.
    expect(receivedBytes(rowsOf("w3"), SPRING)).toEqual(Array.from({ length: 8 }, () => NONE));
  });

  test("a page of the other scheme matches no row", () => {
    expect(receivedBytes(rowsOf("s12-spring-1.2-w2"), WIRE)).toEqual(Array.from({ length: 8 }, () => NONE));
  });
});

test("what a row gets", () => {
  const [first, second, , , , sixth] = joinPage(decodeAll(rowsOf("s12-spring-1.2-w2")), pageOf(SPRING));
  expect(first).toMatchObject({
    receivedBytes: 123_456_789,
    sentBytes: 98_765_432,
    latencySeconds: 0.042123456,
    startSeconds: START,
  });
  expect(shown(first?.chainSamples)).toMatchObject({
    handshake_generation: 2,
    first_available_block: 20_000_001,
    last_available_block: 21_000_500,
    unique_first_blocks_total: 1811,
    block_sync_throttling: 0,
  });
  expect(second).toMatchObject({ receivedBytes: 4096, latencySeconds: undefined, startSeconds: START + 90 });
  expect(shown(second?.chainSamples)).toMatchObject({ unique_first_blocks_total: 3, block_sync_throttling: 1 });
  expect(Object.keys(shown(second?.chainSamples))).not.toContain("first_available_block");
  expect(sixth).toMatchObject({ receivedBytes: 2048, sentBytes: 2049, latencySeconds: 0.187 });
});

test("a row that is not joined stays as it is", () => {
  const rows = decodeAll(rowsOf("s12-spring-1.2-w2"));
  const joined = joinPage(rows, pageOf(SPRING));
  for (const index of [2, 3, 4, 6, 7]) expect(joined[index]).toBe(rows[index]);
});

describe("ambiguous matches", () => {
  const [first, second, ...others] = rowsOf("s12-spring-1.2-w2");

  test("two connected rows whose node ids begin alike", () => {
    const alike = changedRow(second, {}, { node_id: "7d263cd".padEnd(64, "0") });
    expect(receivedBytes([{ ...first }, alike, ...others], SPRING)).toEqual([NONE, NONE, ...JOINED.slice(2)]);
  });

  test("a closed row with the same node id takes nothing away", () => {
    const closed = changedRow(second, { is_socket_open: false }, { node_id: "7d263cd".padEnd(64, "0") });
    expect(receivedBytes([{ ...first }, closed], SPRING)).toEqual([123_456_789, NONE]);
  });

  test("a peer that came back from another port: the page still has its last connection", () => {
    const back = changedRow(second, { remote_port: "41021" });
    expect(receivedBytes([back], SPRING)).toEqual([NONE]);
    expect(receivedBytes([changedRow(second, { remote_port: undefined })], SPRING)).toEqual([4096]);
  });

  test("the newest Wire: another address or port under the number, as after a restart of the node", () => {
    const [row] = rowsOf("w4");
    expect(receivedBytes([changedRow(row, { remote_ip: "192.0.2.11" })], WIRE)).toEqual([NONE]);
    expect(receivedBytes([changedRow(row, { remote_port: "9877" })], WIRE)).toEqual([NONE]);
    expect(receivedBytes([changedRow(row, { remote_ip: "::ffff:192.0.2.10" })], WIRE)).toEqual([123_456_789]);
  });

  test("two links to one peer are no trouble to the newest Wire", () => {
    const [row, twin] = rowsOf("w4");
    const same = changedRow(twin, {}, { node_id: "7d263cd".padEnd(64, "0") });
    expect(receivedBytes([{ ...row }, same], WIRE)).toEqual([123_456_789, 4096]);
  });

  test("a node id of zeros joins nothing", () => {
    const text = `${SPRING}nodeos_p2p_bytes_received{connid="0000000"} 9\n`;
    expect(receivedBytes([changedRow(first, {}, { node_id: "0".repeat(64) })], text)).toEqual([NONE]);
  });
});

describe("bytes of an outbound row that reconnects", () => {
  const [row] = rowsOf("s12-spring-1.2-w2");
  const withLink = (link: number): WireConnection[] =>
    decodeAll([{ ...row }]).map((each) => ({ ...each, wire: { ...each.wire, link } }));
  const pageAt = (receivedMs: number, startSeconds: number): TimedPage => {
    const [, start = ""] = /connection_start_time\{connid="7d263cd"\} (\S+)/.exec(SPRING) ?? [];
    return { ...pageOf(SPRING.replace(start, `${startSeconds}000000000`)), receivedMs };
  };

  test("a page of a connection between two that the lists have is not shown for the later one", () => {
    const first = join(withLink(0), pageAt(0, START), NOTHING_COUNTED, at(0));
    // The list had connections 1 and 2 since the last page, and the next page is of 1.
    const early = join(withLink(2), pageAt(30_000, START + 10), first.counted, at(30_000));
    expect(early.rows.map(({ startSeconds }) => startSeconds)).toEqual([undefined]);
    const own = join(withLink(2), pageAt(60_000, START + 25), early.counted, at(60_000));
    expect(own.rows.map(({ startSeconds, session }) => [startSeconds, session])).toEqual([
      [START + 25, withLink(2)[0]?.session],
    ]);
    // If the page was of 2, it is the same after a refresh of the node.
    const same = join(withLink(2), pageAt(70_000, START + 10), early.counted, at(70_000));
    expect(same.rows.map(({ startSeconds }) => startSeconds)).toEqual([START + 10]);
  });

  test("a page of a connection that came and went while polls failed is not shown for the later one", () => {
    const first = join(withLink(0), pageAt(0, START), NOTHING_COUNTED, at(0));
    // Two connections since the last list, which shows just that there is another one.
    const early = join(withLink(1), pageAt(30_000, START + 10), first.counted, { nowMs: 32_000, hasMissed: true });
    expect(early.rows.map(({ startSeconds }) => startSeconds)).toEqual([undefined]);
    const repeated = join(withLink(1), pageAt(30_000, START + 10), early.counted, at(47_000));
    expect(repeated.rows.map(({ startSeconds }) => startSeconds)).toEqual([undefined]);
    const own = join(withLink(1), pageAt(70_000, START + 25), repeated.counted, at(71_000));
    expect(own.rows.map(({ startSeconds }) => startSeconds)).toEqual([START + 25]);
  });

  test("two connections that pages have before the lists are each shown with their own start", () => {
    const first = join(withLink(0), pageAt(0, START), NOTHING_COUNTED, at(0));
    const ahead = join(withLink(0), pageAt(30_000, START + 20), first.counted, at(30_000));
    const next = join(withLink(1), pageAt(60_000, START + 50), ahead.counted, at(60_000));
    const last = join(withLink(2), pageAt(60_000, START + 50), next.counted, at(75_000));
    expect(last.rows.map(({ receivedBytes: bytes, startSeconds }) => [bytes, startSeconds])).toEqual([[0, START + 50]]);
  });

  test("a page from before yet another connection does not end the wait for that one", () => {
    // The row was seen for the first time with its second connection, and the pages do not show when that one began.
    const waiting = join(withLink(1), pageAt(0, START), NOTHING_COUNTED, at(0));
    const again = join(withLink(2), pageAt(60_000, START), waiting.counted, at(65_000));
    expect(again.rows.map(({ receivedBytes: shownBytes, startSeconds }) => [shownBytes, startSeconds])).toEqual([
      [undefined, undefined],
    ]);
    // Its own values come with a later page, and no connection is counted that only pages have.
    const page = pageAt(120_000, START + 55);
    const own = join(withLink(2), page, again.counted, at(125_000));
    expect(own.rows.map(({ startSeconds }) => startSeconds)).toEqual([START + 55]);
    const later = join(withLink(2), page, own.counted, at(140_000));
    expect(later.rows.map(({ session }) => session)).toEqual(withLink(2).map(({ session }) => session));
  });
});
