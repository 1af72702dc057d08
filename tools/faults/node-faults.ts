import type { FailureReason } from "../../src/model/failure.ts";

/** One fault, and what a user sees of it. */
export type FaultEntry = {
  readonly fault: string;
  /** What the page shows during the fault. */
  readonly shows: string;
  /** The reason of its failed polls; "none" if they succeed. */
  readonly reason: FailureReason | "none";
  /** The message of the single log line, with … for variable parts; or "nothing". */
  readonly log: string;
  readonly remedy: string;
};

const NOTHING_LEFT = "only `p2p_node_up 0` and the history of its polls";
const HEAD_LEFT = "`p2p_node_up 0`, the head and other data of the node, but no peers";
const PEERS_LEFT = '`p2p_node_up 1` with its peers; `p2p_node_api_up{api="head"} 0`, no head and no lag';
const ALL_LEFT = "everything, as before";

const CHECK_URL = "check that the URL is the node's API and that no proxy or login page responds in its place";
const RAISE = (limit: string) => `check that the URL is the node's API; if it is, raise limits.${limit} of this node`;
const NO_NODE = "check that the URL is the node's API; nodes do not send so much";
const OTHER_SERVER = "Another server answers at this URL: correct it.";
const LOGIN = "Set `auth` as the log line says, and check the user and password of the node.";
const PROXY = "Check the node behind the proxy, and the proxy's log.";

/** Faults of nodes and of the network in front of them. Each has a test in test/reliability; docs/reliability.md shows all. */
export const NODE_FAULTS = {
  refused: {
    fault: "The connection is refused",
    shows: NOTHING_LEFT,
    reason: "connect",
    log: "down: … at …: the connection was refused (ECONNREFUSED); check that the node runs and that its API listens at this address and port (a node does not listen while it replays)",
    remedy: "Start the node, or wait for the end of its replay. If it runs, compare its listening address with `url`.",
  },
  closedAtOnce: {
    fault: "The connection is closed without a byte",
    shows: NOTHING_LEFT,
    reason: "connect",
    log: "down: … at …: the connection was closed early (…); the port may expect https:// or be that of P2P, the node refuses the login of auth (zebrad), or it is at its connection limit (monerod: rpc-max-connections-per-private-ip)",
    remedy: "Try `https://`. On monerod, count the clients of its RPC and raise the limit that the line names.",
  },
  resetInHeaders: {
    fault: "The connection is reset in the headers",
    shows: NOTHING_LEFT,
    reason: "connect",
    log: "down: … at …: the connection was closed early (…); the port may expect https:// or be that of P2P, the node refuses the login of auth (zebrad), or it is at its connection limit (monerod: rpc-max-connections-per-private-ip)",
    remedy: "Check whether the node crashes at this request, and check load balancers and firewalls in between.",
  },
  resetInBody: {
    fault: "The connection is reset in the body",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: the response was cut off; the node, or a proxy in front of it, closed the connection too early: see its log",
    remedy: "Check whether the node crashes at this request, and check the size and time limits of proxies.",
  },
  cutOff: {
    fault: "The body is shorter than its Content-Length",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: the response was cut off; the node, or a proxy in front of it, closed the connection too early: see its log",
    remedy: "Use curl on the node's own machine: if the response is complete there, a proxy cuts it.",
  },
  hang: {
    fault: "The node accepts and never answers",
    shows: NOTHING_LEFT,
    reason: "timeout",
    log: "down: … at …: no complete response in time; the node is overloaded or hangs, or the network drops packets; raise timeout if it is only slow",
    remedy:
      "Check whether the node works (its log, its load). A chainweb node that replays Pact does not answer for a long time.",
  },
  stalledBody: {
    fault: "The response stops in the middle",
    shows: NOTHING_LEFT,
    reason: "timeout",
    log: "down: … at …: no complete response in time; the node is overloaded or hangs, or the network drops packets; raise timeout if it is only slow",
    remedy: "As for a node that never answers. If small responses arrive but large ones stop, check the MTU.",
  },
  drip: {
    fault: "The response arrives one byte per second",
    shows: NOTHING_LEFT,
    reason: "timeout",
    log: "down: … at …: no complete response in time; the node is overloaded or hangs, or the network drops packets; raise timeout if it is only slow",
    remedy: "Received bytes do not extend the timeout. Check the node's load and the network.",
  },
  endless: {
    fault: "The body never ends",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 3MiB (limits.bytes), found more; ${RAISE("bytes")}`,
    remedy: `${OTHER_SERVER} The exporter stops reading at the limit.`,
  },
  huge: {
    fault: "The response has 50 MiB",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 3MiB (limits.bytes), found 50MiB; ${RAISE("bytes")}`,
    remedy: `${OTHER_SERVER} The exporter does not start to read it.`,
  },
  gzipBomb: {
    fault: "The response is compressed: 1 MiB for 1 GiB",
    shows: HEAD_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found compressed data that was not requested; ${CHECK_URL}`,
    remedy: "The exporter never decompresses responses. Configure the proxy to compress only if the client accepts it.",
  },
  millionRows: {
    fault: "The peer list has a million rows",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 30000 objects and arrays (limits.containers), found more; ${RAISE("containers")}`,
    remedy: `${OTHER_SERVER} The exporter does not read the rows, nor a list of more than 3,000 peers.`,
  },
  deepNesting: {
    fault: "The response has millions of nested lists",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 64 levels of nested objects and arrays (limits.depth), found more; ${RAISE("depth")}`,
    remedy: "No node sends this: check which server answers at this URL. Other nodes do not wait for it.",
  },
  manyKeys: {
    fault: "The response is one object with hundreds of thousands of members",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 70000 object members (one with a new name counts as ten) (limits.keys), found more; ${RAISE("keys")}`,
    remedy: `${OTHER_SERVER} The exporter counts members before it builds objects.`,
  },
  manyStrings: {
    fault: "The response is one list of a million strings",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 50000 strings (limits.strings), found more; ${RAISE("strings")}`,
    remedy: `${OTHER_SERVER} The exporter counts strings before it builds objects.`,
  },
  manyNumbers: {
    fault: "The response is one list of a million numbers",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 50000 numbers (limits.numbers), found more; ${RAISE("numbers")}`,
    remedy: `${OTHER_SERVER} The exporter counts numbers before it builds objects.`,
  },
  manyFloats: {
    fault: "The response is one list of half a million numbers with fractions and exponents",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 50000 numbers (limits.numbers), found more; ${RAISE("numbers")}`,
    remedy: `${OTHER_SERVER} The exporter counts numbers before it builds objects.`,
  },
  controlCharacters: {
    fault: "The response is a string of three million control characters",
    shows: HEAD_LEFT,
    reason: "bad_shape",
    log: "down: … at …: expected a JSON-RPC object; check that the URL is monerod's RPC (default port 18081), or the JSON-RPC URL of a gateway",
    remedy: `${OTHER_SERVER} The exporter reads control characters as spaces, in one pass and with memory of the size of the response.`,
  },
  unknownEscapes: {
    fault: "The response is a string of a million invalid JSON escapes",
    shows: HEAD_LEFT,
    reason: "bad_shape",
    log: "down: peers at …: expected rows of wire, found 1 that cannot be read; check that chain and url belong together; if they do, please report this with the node's version",
    remedy: `${OTHER_SERVER} The exporter reads the escape \`\\v\`, which monerod writes, as a space, in one pass.`,
  },
  openBackslashes: {
    fault: "The response is an endless string of backslashes",
    shows: HEAD_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found invalid or truncated JSON of … characters; ${CHECK_URL}`,
    remedy: OTHER_SERVER,
  },
  tinyChunks: {
    fault: "The response arrives in chunks of one byte",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 4096 pieces plus one for every 512 bytes (limits.pieces), found more; ${RAISE("pieces")}`,
    remedy:
      "Check the proxy in front of the node. The exporter keeps the bytes in one buffer and stops after some thousand.",
  },
  interimAnswers: {
    fault: "The node sends endless interim responses (HTTP 103)",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 16 interim responses (HTTP 1xx), found more; ${NO_NODE}`,
    remedy: `${OTHER_SERVER} The exporter discards them.`,
  },
  chunkExtensions: {
    fault: "A chunk has an endless extension",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected a body, found more than 16KiB of HTTP framing; ${NO_NODE}`,
    remedy: `${OTHER_SERVER} The exporter discards it.`,
  },
  endlessTrailers: {
    fault: "Endless trailers follow the body",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected headers of at most 16KiB, found more; ${NO_NODE}`,
    remedy: OTHER_SERVER,
  },
  hugeMetrics: {
    fault: "Wire: the page of prometheus_plugin has hundreds of thousands of series",
    shows: '`p2p_node_up 1` with its peers; `p2p_node_api_up{api="prometheus"} 0`, without the data of this page',
    reason: "none",
    log: "the prometheus API fails: … at …: expected at most 30000 lines (limits.containers), found more; restart the node, as its prometheus_plugin keeps the series of peers that left; or raise limits.containers of this node",
    remedy:
      "Restart the node, or raise the limit if it had that many peers. The exporter requests the page again after 30 s; peers and head do not wait for it.",
  },
  hugeMetricsLabels: {
    fault: "Wire: the page of prometheus_plugin has hundreds of thousands of labels",
    shows: '`p2p_node_up 1` with its peers; `p2p_node_api_up{api="prometheus"} 0`, without the data of this page',
    reason: "none",
    log: "the prometheus API fails: … at …: expected at most 80000 labels (limits.keys), found more; restart the node, as its prometheus_plugin keeps the series of peers that left; or raise limits.keys of this node",
    remedy:
      "Check which server answers at `wire.prometheus_url`. The exporter does not read a series with more than 64 labels.",
  },
  notHttp: {
    fault: "Another protocol than HTTP answers",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: the response is not valid HTTP, or was cut off; check that the port speaks HTTP, and use https:// if it expects TLS",
    remedy: "The port belongs to another service (P2P, SSH, a database): set the port of the node's HTTP API.",
  },
  contentType: {
    fault: "The response has the wrong content type",
    shows: ALL_LEFT,
    reason: "none",
    log: "nothing",
    remedy: "None is needed: only the response itself counts.",
  },
  loginPage: {
    fault: "A login page answers, with 200",
    shows: NOTHING_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found an HTML or XML page; ${CHECK_URL}`,
    remedy: "Set the URL of the node itself, or credentials that the proxy accepts (`auth`).",
  },
  emptyBody: {
    fault: "The response is empty",
    shows: NOTHING_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found an empty body; ${CHECK_URL}`,
    remedy: "Use curl on the node's own machine; then check proxies in front of the node.",
  },
  truncatedJson: {
    fault: "The JSON ends too early",
    shows: NOTHING_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found invalid or truncated JSON of … characters; ${CHECK_URL}`,
    remedy: "A proxy cuts the response, or the node has a bug: compare with curl on the node's own machine.",
  },
  otherJson: {
    fault: "Another program answers with JSON",
    shows: NOTHING_LEFT,
    reason: "bad_shape",
    log: "down: … at …: expected …; check that the URL is …",
    remedy: "Correct `url`, or `chain`: they do not belong together.",
  },
  wrongTypes: {
    fault: "A field has the wrong type, or an impossible number",
    shows:
      "the node without the data of that field; a row that cannot be read counts in `p2p_node_connections_malformed`",
    reason: "bad_shape",
    log: "down: … at …: expected …; check that …",
    remedy: "The node is down only if the whole response cannot be read. Report it with the node's version.",
  },
  redirect: {
    fault: "A redirect (301, 302)",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found …; redirects are not followed: set the URL of the node's API itself",
    remedy:
      "Set the URL that `curl -v` shows after `Location`, if it is yours. Credentials are not sent to other hosts.",
  },
  status400: {
    fault: "400 Bad Request",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 400; use https:// if the port expects TLS, otherwise see the node's own log",
    remedy: "Try `https://`; then check in the log of the node or proxy why it refuses the request.",
  },
  hostHeader: {
    fault: "Wire: 400 for the Host header",
    shows: NOTHING_LEFT,
    reason: "host_header",
    log: "down: … at …: expected HTTP 200 or 201, found 400: the node does not accept the Host header of this URL; set host_header to the node's http-server-address, or add the name with its port to http-alias, or set http-validate-host = false on the node",
    remedy: "Behind port mappings and proxies the node sees another name than it expects: use one of the three ways.",
  },
  invalidRequest: {
    fault: "Wire: 400 Invalid Request",
    shows: NOTHING_LEFT,
    reason: "rpc",
    log: 'down: … at …: expected HTTP 200 or 201, found 400 "Invalid Request"; check that no proxy changes the request',
    remedy: "A proxy adds a body to the request. Query the node without the proxy.",
  },
  status401: {
    fault: "401 without a challenge",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: "down: … at …: expected HTTP 200, found 401: the node wants credentials, and does not say which; check the auth block of this node: it may need basic, digest, bearer, cookie_file or headers",
    remedy: LOGIN,
  },
  digestWanted: {
    fault: "401, digest authentication wanted",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: "down: … at …: expected HTTP 200, found 401: the node wants a login (digest); set auth.digest with the user and password of its login (monerod: rpc-login)",
    remedy: LOGIN,
  },
  basicWanted: {
    fault: "401, basic authentication wanted",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: "down: … at …: expected HTTP 200, found 401: the node wants a login (basic); set auth.basic with its user and password, or auth.cookie_file",
    remedy: LOGIN,
  },
  digestNonce: {
    fault: "Monero: the nonce of digest authentication expires",
    shows: ALL_LEFT,
    reason: "none",
    log: "nothing",
    remedy: "None is needed: the exporter answers the new challenge within the same poll.",
  },
  status403: {
    fault: "403 Forbidden",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: "down: … at …: expected HTTP 200, found 403; the server refuses this user or address: check auth and its access list",
    remedy: "Allow the exporter's address, or give its user read permission.",
  },
  pluginMissing: {
    fault: "Wire: 404, the plugin is missing",
    shows: NOTHING_LEFT,
    reason: "unavailable",
    log: "down: … at …: expected HTTP 200 or 201, found 404; load net_api_plugin, or bind the net_ro category to this listener (http-category-address)",
    remedy: "Do as the line says, and restart the node.",
  },
  status404: {
    fault: "404 Not Found",
    shows: NOTHING_LEFT,
    reason: "not_found",
    log: "down: … at …: expected HTTP 200, found 404; check the port and the path of the URL (a hosted gateway: its token), and that the node is of this chain",
    remedy: "Compare port and path with the node's configuration. Gateways also return this for an invalid token.",
  },
  chainwebStatus404: {
    fault: "Chainweb: 404 of an unknown server",
    shows: NOTHING_LEFT,
    reason: "not_found",
    log: "down: … at …: expected HTTP 200, found 404; the service API has no peers: set url to the P2P API (https, default port 1789), and chainweb.network",
    remedy: "Do as the line says. Public front ends hide the P2P API.",
  },
  serviceApi: {
    fault: "Chainweb: the URL is that of the service API, which has no peers",
    shows: HEAD_LEFT,
    reason: "not_found",
    log: "down: … at …: expected HTTP 200, found 404; the service API has no peers: set url to the P2P API (https, default port 1789)",
    remedy: "Do as the line says; set the service API in `chainweb.service_url`.",
  },
  networkName: {
    fault: "Chainweb: 404, the node is on another network",
    shows: NOTHING_LEFT,
    reason: "wrong_network",
    log: "down: … at …: expected HTTP 200, found 404: the node is not on mainnet01; set chainweb.network to the node's network",
    remedy: "Set `chainweb.network`, or find out why another node has this address.",
  },
  otherCut: {
    fault: "Chainweb: the cut is of another network",
    shows: NOTHING_LEFT,
    reason: "wrong_network",
    log: 'down: … at …: expected the network mainnet01, found "testnet04"; set chainweb.network to the node\'s network, or the URL to a node of this one',
    remedy: "Set `chainweb.network`, or find out why another node has this address.",
  },
  retryAfter: {
    fault: "429 with Retry-After",
    shows: `${NOTHING_LEFT}; no poll until that time, at most for an hour`,
    reason: "rate_limited",
    log: "down: … at …: expected HTTP 200, found 429…; poll less often (interval) or raise the server's limit",
    remedy: "Raise `interval` until it stops. For a gateway, check the other users of the token.",
  },
  status429: {
    fault: "429 without Retry-After",
    shows: `${NOTHING_LEFT}; the exporter skips one scheduled poll, then two, four, … up to 16`,
    reason: "rate_limited",
    log: "down: … at …: expected HTTP 200, found 429…; poll less often (interval) or raise the server's limit",
    remedy: "Raise `interval` until it stops. A chainweb node allows 50 requests per second from one address.",
  },
  gatewayQuota: {
    fault: "Monero: the quota of a gateway is used up (-32005, -32007)",
    shows: `${NOTHING_LEFT}; the exporter skips one scheduled poll, then two, four, … up to 16`,
    reason: "rate_limited",
    log: "down: get_connections at …: expected a result, found JSON-RPC error …; the quota or rate limit of this URL is used up: poll less often (interval), or raise the limit of the account",
    remedy: "Raise `interval`, or poll a node of your own. A poll makes two calls or more.",
  },
  gatewayKey: {
    fault: "Monero: a gateway refuses the key with HTTP 200",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: 'down: get_connections at …: expected a result, found JSON-RPC error without a code "Unknown API key"; the server refuses this key, user or address: check the token in the URL, auth, and the account at the gateway',
    remedy: "Compare the URL with the one that the gateway's account page shows.",
  },
  gatewayParameters: {
    fault: "Monero: a gateway refuses the parameters (-32602)",
    shows: NOTHING_LEFT,
    reason: "rpc",
    log: 'down: get_connections at …: expected a result, found JSON-RPC error -32602 "Invalid params"; the server refuses the parameters, which monerod accepts: …',
    remedy: "Ask the gateway's operator which parameters the method takes there; the exporter sends an empty object.",
  },
  nodeosBusy: {
    fault: "Wire: 429 or 503 Busy",
    shows: NOTHING_LEFT,
    reason: "busy",
    log: 'down: … at …: expected HTTP 200 or 201, found … "Busy"; the node has too many requests in flight: poll less often, or raise http-max-in-flight-requests and http-max-bytes-in-flight-mb',
    remedy: "Find the other clients of the node's API, or do as the line says.",
  },
  nodeosInternal: {
    fault: "Wire: 500 Internal Service Error",
    shows: NOTHING_LEFT,
    reason: "http",
    log: 'down: … at …: expected HTTP 200 or 201, found 500 "Internal Service Error"; see the node\'s log; with very many peers, EOSIO 2.0 and Leap 3 need a larger http-max-response-time-ms',
    remedy: "Check the node's log for the exception.",
  },
  status500: {
    fault: "500 Internal Server Error",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 500; see the node's own log for this request",
    remedy: "Check the log of the node, or of the proxy in front of it.",
  },
  status502: {
    fault: "502 Bad Gateway",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 502; a proxy in front of the node reports that the node does not respond: check the node",
    remedy: PROXY,
  },
  status503: {
    fault: "503 Service Unavailable",
    shows: `${NOTHING_LEFT}; with Retry-After, no poll until that time`,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 503; the node, or a proxy in front of it, is overloaded, stopping or without a backend: check that the node runs, and see its log",
    remedy: PROXY,
  },
  status504: {
    fault: "504 Gateway Timeout",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 504; a proxy in front of the node reports that the node does not respond: check the node",
    remedy: PROXY,
  },
  cloudflare: {
    fault: "Cloudflare cannot reach the node (521, 530 with error code 1033)",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 5…; Cloudflare in front of the node reports: …",
    remedy:
      "Do as the line says; the table in [troubleshooting.md](troubleshooting.md#cloudflare-in-front-of-the-node) has each code.",
  },
  headFails: {
    fault: "Wire: the chain API fails, the peers do not",
    shows: PEERS_LEFT,
    reason: "http",
    log: "the head API fails: … at …: expected HTTP 200, found 500; see the node's own log for this request",
    remedy: "Check the node's log. If a proxy serves it at another address, set `wire.chain_url`.",
  },
  starting: {
    fault: "Chainweb: the node is starting",
    shows: PEERS_LEFT,
    reason: "unavailable",
    log: "the head API fails: … at …: expected HTTP 200, found 404; the node is still starting and serves only its peers",
    remedy: "Wait. Afterwards the node may hang while it replays.",
  },
  restricted: {
    fault: "Monero: the RPC is restricted",
    shows: HEAD_LEFT,
    reason: "unavailable",
    log: "down: get_connections at …: expected the unrestricted RPC, found a restricted one; restricted RPC hides the peers: set the URL of the unrestricted port (rpc-bind-port, default 18081), and start monerod without restricted-rpc, which restricts every port",
    remedy:
      "Do as the line says. The exporter does not show the false values of restricted RPC (zero connections, free space).",
  },
  methodHidden: {
    fault: "Monero: a gateway hides the peers (-32601)",
    shows: HEAD_LEFT,
    reason: "unavailable",
    log: 'down: get_connections at …: expected a result, found JSON-RPC error -32601 "Method not found"; the server does not offer this method: use monerod\'s unrestricted RPC',
    remedy: "Poll your own node; if you only need the head, make this one a reference.",
  },
  coreBusy: {
    fault: "Monero: Core is busy (-9)",
    shows: NOTHING_LEFT,
    reason: "busy",
    log: 'down: get_connections at …: expected a result, found JSON-RPC error -9 "Core is busy"; the daemon is still starting or syncing: it answers when it is ready',
    remedy: "Wait.",
  },
  statusBusy: {
    fault: "Monero: status BUSY",
    shows: NOTHING_LEFT,
    reason: "busy",
    log: 'down: get_connections at …: expected status "OK", found "BUSY"; the daemon is still starting or syncing: it answers when it is ready',
    remedy: "Wait. The exporter does not show the zeros of a response with this status.",
  },
  payment: {
    fault: "Monero: status PAYMENT REQUIRED",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: 'down: get_connections at …: expected status "OK", found "PAYMENT REQUIRED"; the node requires payment for RPC: poll your own node',
    remedy: "Poll your own node.",
  },
  statusFailed: {
    fault: "Monero: another status",
    shows: NOTHING_LEFT,
    reason: "rpc",
    log: 'down: get_connections at …: expected status "OK", found "Failed"; see monerod\'s log for this call',
    remedy: "Check monerod's log.",
  },
  rpcRequest: {
    fault: "Monero: the request did not arrive complete (-32600, -32700)",
    shows: NOTHING_LEFT,
    reason: "rpc",
    log: "down: get_connections at …: expected a result, found JSON-RPC error -32…; the request arrived incomplete or changed: check proxies that change the body",
    remedy: "Query monerod without the proxy. It ignores bodies that a proxy forwards in chunks.",
  },
  rpcError: {
    fault: "Monero: any other JSON-RPC error",
    shows: NOTHING_LEFT,
    reason: "rpc",
    log: "down: get_connections at …: expected a result, found JSON-RPC error -…; see monerod's log for this call",
    remedy: "Check monerod's log.",
  },
  certificateExpired: {
    fault: "TLS: the certificate has expired",
    shows: NOTHING_LEFT,
    reason: "tls",
    log: "down: … at …: the server's certificate has expired (CERT_HAS_EXPIRED); it presented … for …, valid from … to …; renew the node's certificate, or correct this machine's clock; a pin does not look at dates: compare its SHA-256 on the node itself (openssl x509 -noout -fingerprint -sha256), then set tls.pin, as tls: {pin: …}",
    remedy: "Renew it. The alert P2PNodeCertificateExpiring fires before.",
  },
  certificateName: {
    fault: "TLS: the certificate is for another name",
    shows: NOTHING_LEFT,
    reason: "tls",
    log: "down: … at …: the server's certificate is not for … (ERR_TLS_CERT_ALTNAME_INVALID); it presented … for …, valid from … to …; if it is the node's own, set tls.server_name, as tls: {server_name: …}, or use that name in the URL; or compare its SHA-256 on the node itself (openssl x509 -noout -fingerprint -sha256), then set tls.pin, as tls: {pin: …}",
    remedy: "Use the name of the certificate in `url`, or do as the line says.",
  },
  certificateUnknown: {
    fault: "TLS: the certificate is from an unknown authority",
    shows: NOTHING_LEFT,
    reason: "tls",
    log: "down: … at …: the server's certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT); it presented … for …, valid from … to …; add a copy of it to tls.ca_file, as it is for this name; or compare its SHA-256 on the node itself (openssl x509 -noout -fingerprint -sha256), then set tls.pin, as tls: {pin: …}",
    remedy: "A chainweb node and monerod have self-signed certificates: pin them.",
  },
  certificatePin: {
    fault: "TLS: the certificate is not the pinned one",
    shows: NOTHING_LEFT,
    reason: "tls_pin",
    log: "down: … presented a certificate with the id …, expected …; if the node has a new certificate, compare its SHA-256 on the node itself (openssl x509 -noout -fingerprint -sha256), then set tls.pin, as tls: {pin: …}; a chainweb node keeps its id only with p2p certificateChainFile and keyFile",
    remedy: "Do as the line says. The exporter sends nothing to such a server.",
  },
  certificateWanted: {
    fault: "TLS: the server wants a client certificate",
    shows: NOTHING_LEFT,
    reason: "tls",
    log: "down: … at …: expected HTTP 200, found 400, as the server wants a client certificate and got none; set tls.cert_file and tls.key_file to a certificate and its key that the server accepts",
    remedy:
      "Do as the line says. The line is that for nginx; other servers end the connection with an alert, which the line names.",
  },
  handshakeHang: {
    fault: "TLS: the handshake hangs",
    shows: NOTHING_LEFT,
    reason: "timeout",
    log: "down: … at …: no connection in time (the TLS handshake has not ended yet); check that the node listens at this address and works, and that no firewall drops packets; raise timeout if it is only slow",
    remedy: "A chainweb node that replays does not accept connections: wait. Otherwise check the node's load.",
  },
  plainPort: {
    fault: "TLS: the port speaks plain HTTP",
    shows: NOTHING_LEFT,
    reason: "tls",
    log: "down: … at …: the server does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER); this port speaks plain HTTP: use http:// in the URL",
    remedy: "Use `http://`, or the node's port for TLS.",
  },
  dnsFails: {
    fault: "The name does not resolve",
    shows: NOTHING_LEFT,
    reason: "dns",
    log: "down: … at …: the host name does not resolve (ENOTFOUND); check the host name in the URL and the name servers of this machine",
    remedy: "Try `getent hosts NAME` on the exporter's machine, or in its container.",
  },
  dnsChanges: {
    fault: "The name moves to another address",
    shows:
      "everything, from the new address, as soon as the old one closes the connection; the exporter does not cache names",
    reason: "none",
    log: "nothing",
    remedy:
      "None is needed. While the old address keeps the connection open, the exporter uses it: stop the node there.",
  },
  restart: {
    fault: "The node restarts between two polls",
    shows:
      "everything; the node's own byte counters restart at 0, its old connections count as closed and its new ones as opened",
    reason: "none",
    log: "nothing",
    remedy: "None is needed: `rate()` and `increase()` handle counter resets.",
  },
  swapped: {
    fault: "The address now leads to a node of another network",
    shows:
      "the new node under its own `p2p_node_info`; the old series end, and its head is not compared with the old network",
    reason: "none",
    log: "the node is on another network now: expected …, found …; check which server answers at the URL, and whether the node's configuration changed",
    remedy: "Find out what happened to the node. A Chainweb node is down then, as its network is configured.",
  },
  manyDown: {
    fault: "A hundred nodes go down at the same time",
    shows: "each of them as down; the others complete and in time",
    reason: "connect",
    log: "down: … at …: the connection was refused (ECONNREFUSED); check that the node runs and that its API listens at this address and port (a node does not listen while it replays)",
    remedy:
      "Check what the nodes have in common. The log has one line per node when it goes down, and one when it is up again.",
  },
  manyPeers: {
    fault: "Ten thousand peers appear at the same time",
    shows: "all in the sums; series for `connections.max_per_node` of them, the rest in `p2p_node_connections_omitted`",
    reason: "none",
    log: "nothing",
    remedy:
      "Check where they come from (`p2p_node_peer_subnets`, `p2p_node_peers_by_agent`): a flood comes from few subnets.",
  },
  changingPeers: {
    fault: "Each poll returns other peers and another version of the node",
    shows:
      "all in the sums; in any 60 minutes at most `connections.max_new_per_hour` new series (and 60 of `p2p_node_info`), also over outages and reloads. `p2p_node_series_withheld` counts the others. Software names of peers beyond 60 new names in an hour count as `other`",
    reason: "none",
    log: "nothing",
    remedy: "See the runbook of [P2PNodeSeriesWithheld](runbooks/P2PNodeSeriesWithheld.md).",
  },
} as const satisfies Readonly<Record<string, FaultEntry>>;

export type NodeFault = keyof typeof NODE_FAULTS;
