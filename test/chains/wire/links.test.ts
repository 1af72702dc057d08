import { expect, test } from "vitest";
import { decodeConnections } from "../../../src/chains/wire/connections.ts";
import type { Fields } from "../support.ts";
import { changedRow, decodeAll, rowsOf } from "./support.ts";

const [connected] = rowsOf("s12-spring-1.2-w2");
const [before] = rowsOf("l4-leap-4.0");

function closed(row: Fields | undefined, change: object): Fields {
  return changedRow(row, change, { generation: 0, node_id: "0".repeat(64), time: 0 });
}

test.each<[string, Fields, Fields | undefined, number]>([
  [
    "the first one of a row that never had an end of a socket",
    closed(connected, { is_socket_open: false, connecting: true, remote_ip: "", remote_port: "" }),
    connected,
    0,
  ],
  ["of a row that had an end, and so a connection", closed(connected, { is_socket_open: false }), connected, 1],
  ["of a row without ends, before Leap 5", closed(before, { connecting: true }), before, 1],
])("a connection that opened: %s", (_, earlier, now, link) => {
  const [row] = decodeConnections([now], "call", decodeAll([earlier])).connections;
  expect([row?.state, row?.wire.link]).toEqual(["connected", link]);
});
