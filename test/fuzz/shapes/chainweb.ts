import { INFO_BUDGET, LIST_BUDGET } from "../../../src/rpc/budget.ts";
import { ipv4, ipv6, LONG, MALFORMED, odd } from "./row-texts.ts";
import type { Row, Target, Targets } from "./targets.ts";

const id = (index: number) => `"${Buffer.from(String(index).padStart(32, "0")).toString("base64url")}"`;

function row(index: number, hostname: string, key = id(index), port: number | string = 1 + (index % 65_535)): string {
  return `{"id":${key},"address":{"hostname":"${hostname}","port":${port}}}`;
}

const PEERS: Readonly<Record<string, Row>> = {
  "rows, as they are": (index, salt) => row(index + salt, ipv4(index + salt)),
  "rows, names": (index, salt) => row(index + salt, `Node-${index + salt}.Example`, "null"),
  "rows, IPv6": (index, salt) => row(index + salt, ipv6(index + salt)),
  "rows, the same": () => row(7, ipv4(7)),
  "rows, one address, ports of their own": (index) => row(index, "192.0.2.1"),
  "rows, long texts": (index, salt) => row(index + salt, LONG + (index + salt)),
  "rows, odd addresses": (index, salt) => row(index, odd(index + salt)),
  "rows, no ids": (index) => row(index, ipv4(index), `"${odd(index)}"`),
  "rows, of many fields": (index) =>
    row(index, ipv4(index)).replace(
      "{",
      `{${Array.from({ length: 40 }, (_, key) => `"f${key}":"${index}"`).join(",")},`,
    ),
  ...MALFORMED,
  "rows, of the wrong types": (index) => row(index, ipv4(index), "7", `"${index}"`),
};

/** As many pages as are read of one list. */
const PAGES = 20;

const PAGE: Target = {
  format: "json",
  budget: LIST_BUDGET,
  frame: ['{"limit":512,"items":', ',"next":null}'],
  closes: Array.from({ length: PAGES }, (_, page) => `,"next":"inclusive:${100 + page}"}`),
  rows: PEERS,
};

const CUT: Target = {
  format: "json",
  budget: INFO_BUDGET,
  frame: ['{"height":5,"instance":"mainnet01","hashes":', "}"],
};

const HASH = "LnjBDxVqJ4A848QWQKfw2z837aqzbdpoB-H795O5i4Q";

export const CHAINWEB_TARGETS: Targets = {
  peers: { ...PAGE, next: "more_peers" },
  more_peers: PAGE,
  cut: {
    ...CUT,
    brackets: ["{", "}"],
    rows: { "rows, chains": (index) => `"${index % 1000}":{"height":${index},"hash":"${HASH}"}` },
  },
  mempool: PAGE,
  header: { format: "json", budget: INFO_BUDGET },
  info: { format: "json", budget: INFO_BUDGET, frame: ['{"nodePackageVersion":', "}"] },
  peer_cut: CUT,
};
