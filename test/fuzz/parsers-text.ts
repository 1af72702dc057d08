import cron from "node-cron";
import { parseNodeFlag } from "../../src/config/node-flag.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { formatDuration, parseDuration } from "../../src/lib/duration.ts";
import { readSamples } from "../../src/lib/prometheus-text.ts";
import { formatAddress, numericAddress, parseAddress } from "../../src/model/address.ts";
import { addressProblem, hostProblem, parseRange } from "../../src/rpc/address-filter.ts";
import { chooseChallenge, digestAuthorization, parseChallenges } from "../../src/rpc/digest.ts";
import { parseNodeJson } from "../../src/rpc/node-json.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import { formatListenAddress, parseListenAddress } from "../../src/server/listen-address.ts";
import { acceptsGzip, negotiateFormat } from "../../src/server/negotiate.ts";
import { mutated } from "./mutated.ts";
import type { ParserTarget } from "./parsers.ts";

/** The parsers that read one line of text. Each property is given a text that is near a valid one. */

function target(name: string, examples: readonly string[], check: (text: string) => void): ParserTarget {
  return { name, texts: () => mutated(examples), check };
}

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** The value, or undefined where the parser refused the text with a sentence. */
function attempted<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Error && error.constructor === Error && error.message !== "") return undefined;
    throw error;
  }
}

const duration = target(
  "duration",
  ["15s", "1m30s", "500ms", "2h", "1d2h3m4s5ms", "0s", "9007199254740991ms"],
  (text) => {
    const milliseconds = parseDuration(text);
    if (milliseconds === undefined) return;
    must(Number.isSafeInteger(milliseconds) && milliseconds >= 0, `${milliseconds} is no time`);
    must(parseDuration(formatDuration(milliseconds)) === milliseconds, "what is written is not read back");
  },
);

const CRON = ["*/5 * * * *", "0 0 1 1 *", "*/10 * * * * *", "1-5,10 */2 * jan mon-fri", "59 23 31 12 7", "@daily"];
const schedule = target("cron", CRON, (text) => {
  const node = { name: "a", chain: "wire", url: "http://127.0.0.1:1", schedule: text };
  const parsed = parseConfig({ nodes: [node] }, undefined);
  if (!parsed.ok)
    return must(
      parsed.problems.every(({ message }) => message !== ""),
      "a problem without a message",
    );
  // What the configuration takes must be usable when the nodes are scheduled.
  const task = cron.createTask(text, () => {});
  try {
    must(
      task.getNextRuns(2).every((run) => !Number.isNaN(run.getTime())),
      "the next turn is no time",
    );
  } finally {
    void task.destroy();
  }
});

const SECRET = "t0kenText";
const URLS = [
  ...["http://127.0.0.1:8888", "https://node.example/a/b?c=d", "unix:/run/node.sock", "http://[2001:db8::1]:80/"],
  ...[`http://user:${SECRET}@h:1/${SECRET}?k=${SECRET}`, `https://${SECRET}@h/`, `http://h/%${SECRET}`, "HTTP://H:80"],
];
const url = target("url", URLS, (text) => {
  let parsed: ReturnType<typeof parseNodeUrl>;
  try {
    parsed = parseNodeUrl(text);
  } catch (error) {
    // The host, and the path of a socket, are no secrets.
    return must(error instanceof Error && !error.message.includes(SECRET), "an error repeats a token");
  }
  const { origin, label, path, query } = parsed;
  must(new URL(origin).origin === origin, `${origin} is no origin`);
  must(JSON.stringify(parsed) === JSON.stringify(label), "a URL prints as more than its label");
  must(path === "" || path.startsWith("/"), "a path does not begin with /");
  must(/^[\x21-\xff]*$/.test(path + query), "a path that cannot be sent");
});

const ADDRESSES = [
  ...["1.2.3.4:18080", "[2001:db8::1]:18080", "2001:db8::1", "name.example:9876", "x.onion:18083", "::ffff:1.2.3.4"],
  ...["[::]:0", "fe80::1%eth0", "a.b32.i2p", ":1", "1.2.3.4", "[]:1", "::1.2.3.4", "64:ff9b::102:304", "10.0.0.0/8"],
];
const address = target("address", ADDRESSES, (text) => {
  const parsed = parseAddress(text);
  const { host, port, type, ip } = parsed;
  must(port === undefined || (port > 0 && port <= 65_535), `port ${port}`);
  must(ip === undefined || (ip === host && numericAddress(ip) === ip), "the number of the host is not canonical");
  must((ip === undefined) !== (type === "ipv4" || type === "ipv6"), `type ${type} of ${ip}`);
  const again = parseAddress(formatAddress(parsed));
  if (ip !== undefined) must(again.ip === ip && again.port === port, "what is written is not read back");
  hostProblem(text, []);
  addressProblem(text, []);
  const range = parseRange(text);
  if (range !== undefined) must(range[1] >= 0 && range[1] <= 128, "bits of a range");
});

const ACCEPT = [
  ...["application/openmetrics-text;version=1.0.0,text/plain;q=0.5", "*/*", "text/plain;version=0.0.4", "gzip;q=0"],
  ...["gzip, deflate, br", "x-gzip;q=0.5,*;q=0", 'application/openmetrics-text; version="1.0.0"; q=0.9', "*;q=0"],
];
const accept = target("accept", ACCEPT, (text) => {
  must(["text", "openmetrics"].includes(negotiateFormat(text)), "an unknown format");
  if (!/openmetrics/i.test(text))
    must(negotiateFormat(text) === "text", "OpenMetrics for somebody who did not ask for it");
  if (!/gzip|\*/i.test(text)) must(!acceptsGzip(text), "gzip for somebody who did not ask for it");
});

const CHALLENGES = [
  'Digest qop="auth",algorithm=MD5,realm="monero-rpc",nonce="vqk4Dp+q7S==",stale=false',
  'Digest qop="auth",algorithm=MD5-sess,realm="a\\"b",nonce="x", Digest qop="auth, auth-int",algorithm=SHA-256,nonce="y"',
  'Basic realm="x", Digest nonce="a", qop=auth',
];
const challenge = target("challenge", CHALLENGES, (text) => {
  const chosen = chooseChallenge(parseChallenges([text]));
  if (chosen === undefined) return;
  const login = { username: "u", password: SECRET, method: "GET", uri: "/", count: 1, cnonce: "c" };
  const header = digestAuthorization(chosen, login);
  must(header.startsWith("Digest ") && !header.includes(SECRET), "an answer that shows the password");
});

const flag = target(
  "node flag",
  ["monero-1=monero+http://127.0.0.1:18081", `a=wire+https://u:${SECRET}@h/`],
  (text) => {
    let parsed: ReturnType<typeof parseNodeFlag>;
    try {
      parsed = parseNodeFlag(text);
    } catch (error) {
      return must(error instanceof Error && !error.message.includes(SECRET), "an error repeats the URL");
    }
    must(`${parsed.name}=${parsed.chain}+${parsed.url}` === text, "the parts are not the whole");
  },
);

const LISTEN = [":10900", "127.0.0.1:10900", "[::1]:10900", "localhost:0", "unix:/run/peer-exporter.sock"];
const listen = target("listen address", LISTEN, (text) => {
  const parsed = attempted(() => parseListenAddress(text));
  if (parsed === undefined) return;
  must(JSON.stringify(parseListenAddress(formatListenAddress(parsed))) === JSON.stringify(parsed), "not read back");
});

const SAMPLES = [
  'a_b{c="d",e="f\\n\\\\\\""} 1.5e3 1700000000000\n# HELP a_b x\na_b 2',
  'a_b { c = "d" , } +Inf\na_b{} NaN\na_b{c="\\x"} -0\r\n',
];
const samples = target("prometheus text", SAMPLES, (text) => {
  for (const { name, labels, value } of readSamples(text, () => true)) {
    must(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name), `the name ${name}`);
    must(Number.isFinite(value), `the value ${value}`);
    for (const label of labels.keys()) must(/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label), `the label ${label}`);
  }
});

const JSONS = [
  '{"a":[1,2.5e3,"x\\u0000\\v\\\\",null,{"b":true}]}',
  '["\t\u0001",{"a":1,"a":2}]',
  "18446744073709551615",
];
const nodeJson = target("json", JSONS, (text) => {
  let expected: unknown;
  try {
    expected = JSON.parse(text);
  } catch {
    try {
      parseNodeJson(text);
    } catch (error) {
      must(error instanceof SyntaxError, "another error than that of syntax");
    }
    return;
  }
  // What is JSON must be read as such, whatever is repaired in what is none.
  must(JSON.stringify(parseNodeJson(text)) === JSON.stringify(expected), "JSON is read as something else");
});

export const TEXT_TARGETS: readonly ParserTarget[] = [
  duration,
  schedule,
  url,
  address,
  accept,
  challenge,
  flag,
  listen,
  samples,
  nodeJson,
];
