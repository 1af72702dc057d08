import { repeated } from "./bytes.ts";
import type { Builds } from "./json-shapes.ts";

/** Pages in the Prometheus text format, as a hostile listener behind wire.prometheus_url may give them. */

const lines = (line: (index: number, salt: number) => string) => (units: number, salt: number) => {
  let out = "";
  for (let index = 0; index < units; index += 1) out += `${line(index, salt)}\n`;
  return Buffer.from(out);
};

const within = (open: string, unit: string | Buffer, close: string) => (units: number) =>
  Buffer.concat([Buffer.from(open), repeated(unit, units), Buffer.from(close)]);

const same = (unit: string) => (units: number) => repeated(unit, units);

const FAMILIES = ["bytes_received", "bytes_sent", "latency", "connection_start_time", "port", "connection_number"];
const family = (index: number) => `nodeop_p2p_${FAMILIES[index % FAMILIES.length]}`;
const OPEN = 'nodeop_p2p_port{connection_id="7",remote_ip="';

export const TEXT_SHAPES: Builds = {
  "series, of one connection": same('nodeop_p2p_port{connection_id="7"} 1\n'),
  "series, of a connection each": lines(
    (index, salt) => `nodeop_p2p_port{connection_id="${index + salt}",remote_ip="::ffff:1.${index & 255}.2.3"} 9876`,
  ),
  "series, of connections with all families": lines((index, salt) => {
    const number = Math.floor(index / FAMILIES.length) + salt;
    return `${family(index)}{connection_id="${number}",remote_ip="2001:db8::${(number & 65_535).toString(16)}"} ${index}.5`;
  }),
  "series, by node": lines((index, salt) => {
    const node = ((index + salt) & 0xfffffff).toString(16).padStart(7, "0");
    return `nodeos_p2p_latency{connid="${node}"} ${index}e3`;
  }),
  "series, that nobody wants": same('nodeos_x{a="b"} 1\n'),
  "series, without labels": same("nodeop_p2p_failed_connections 1\n"),
  "series, with times": same('nodeop_p2p_port{connection_id="7"} 1 1700000000000\n'),
  "series, no numbers": same('nodeop_p2p_port{connection_id="7"} NaN\n'),
  "series, numbers of 60 digits": same(`nodeop_p2p_port{connection_id="7"} ${"7".repeat(60)}\n`),
  "series, 60 labels each": same(`nodeop_p2p_port{${'a="b",'.repeat(60)}} 1\n`),
  "series, escapes": same(`${OPEN}\\\\\\"\\n"} 1\n`),
  "labels, the same": within("nodeop_p2p_port{", 'a="b",', "} 1\n"),
  "labels, never closed": within("nodeop_p2p_port{", 'a="b",', ""),
  "labels, spaces": within("nodeop_p2p_port{", ' a = "b" ,', "} 1\n"),
  "label, plain": within(OPEN, "a", '"} 1\n'),
  "label, never closed": within(OPEN, "a", ""),
  "label, escapes": within(OPEN, "\\n", '"} 1\n'),
  "label, backslashes": within(OPEN, "\\\\", '"} 1\n'),
  "label, escapes that are none": within(OPEN, "\\x", '"} 1\n'),
  "label, wide": within(OPEN, "€", '"} 1\n'),
  "label, no UTF-8": within(OPEN, Buffer.from([0xff]), '"} 1\n'),
  "label, address": within(OPEN, "0:", '"} 1\n'),
  "name, endless": same("a"),
  "name, endless, of a family": within("nodeop_p2p_port", "_", " 1\n"),
  "value, spaces": within("nodeop_p2p_failed_connections", " ", "1\n"),
  "value, spaces behind": within("nodeop_p2p_failed_connections 1", " ", "x\n"),
  "value, endless": within("nodeop_p2p_failed_connections ", "7", "\n"),
  "comments, short": same("#\n"),
  "comment, endless": within("# ", "a", "\n"),
  "comments, of a family": same("# HELP nodeop_p2p_port port\n# TYPE nodeop_p2p_port gauge\n"),
  "lines, empty": same("\n"),
  "lines, spaces": same(" \t\n"),
  "lines, carriage returns": same("\r\n"),
  "lines, opened": same("nodeop_p2p_port{\n"),
  "lines, no UTF-8": within("", Buffer.from([0xff, 0x0a]), ""),
  "text, nul": same("\0"),
  "text, JSON": within("[", "{},", "0]"),
  "text, markup": same("<a href=x>"),
};
