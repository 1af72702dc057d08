import type { FailureReason } from "../../src/model/failure.ts";

/** One fault, and what a user sees of it. */
export type FaultEntry = {
  readonly fault: string;
  /** What the page shows while it lasts. */
  readonly shows: string;
  /** The reason under which its polls are counted; "none" where they succeed. */
  readonly reason: FailureReason | "none";
  /** The message of the one line in the log, … standing for what differs; "nothing". */
  readonly log: string;
  readonly remedy: string;
};

const NOTHING_LEFT = "`p2p_node_up 0` and the history of its polls, nothing else";
const HEAD_LEFT = "`p2p_node_up 0`, and the head and what else the node tells; no peers";
const PEERS_LEFT = '`p2p_node_up 1` with its peers; `p2p_node_api_up{api="head"} 0`, no head and no lag';
const ALL_LEFT = "everything, as before";

const CHECK_URL = "check that the URL is the node's API and that no proxy or login page responds in its place";
const RAISE = (limit: string) => `check that the URL is the node's API; if it is, raise limits.${limit} of this node`;
const NO_NODE = "check that the URL is the node's API; nodes do not send so much";
const OTHER_SERVER = "Something else answers at this URL: correct it.";
const LOGIN = "Set `auth` as the line of the log says, and look at the user and password of the node.";
const PROXY = "Look at the node behind the proxy, and at the proxy's log.";

/** Faults of nodes and of the network before them. Each has its test in this folder; docs/reliability.md shows all. */
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
    log: "down: … at …: the connection was closed early (…); the port may expect https://, or the node is at its connection limit (monerod: rpc-max-connections-per-private-ip)",
    remedy: "Try `https://`. On monerod, count the clients of its RPC and raise the limit that the line names.",
  },
  resetInHeaders: {
    fault: "The connection is reset in the headers",
    shows: NOTHING_LEFT,
    reason: "connect",
    log: "down: … at …: the connection was closed early (…); the port may expect https://, or the node is at its connection limit (monerod: rpc-max-connections-per-private-ip)",
    remedy: "Look whether the node crashes at this request, and at load balancers and firewalls on the way.",
  },
  resetInBody: {
    fault: "The connection is reset in the body",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: the response was cut off; the node, or a proxy in front of it, closed the connection too early: see its log",
    remedy: "Look whether the node crashes at this request, and at limits of proxies for size and time.",
  },
  cutOff: {
    fault: "The body is shorter than its Content-Length",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: the response was cut off; the node, or a proxy in front of it, closed the connection too early: see its log",
    remedy: "Ask with curl on the node's own machine: if the answer is whole there, a proxy cuts it.",
  },
  hang: {
    fault: "The node accepts and never answers",
    shows: NOTHING_LEFT,
    reason: "timeout",
    log: "down: … at …: no complete response in time; the node is overloaded or hangs, or the network drops packets; raise timeout if it is only slow",
    remedy:
      "See whether the node works at all (its log, its load). A chainweb node that replays Pact does so for long.",
  },
  stalledBody: {
    fault: "The answer stops in the middle",
    shows: NOTHING_LEFT,
    reason: "timeout",
    log: "down: … at …: no complete response in time; the node is overloaded or hangs, or the network drops packets; raise timeout if it is only slow",
    remedy: "As for a node that never answers. Small answers that pass and large ones that stop point to the MTU.",
  },
  drip: {
    fault: "The answer comes one byte per second",
    shows: NOTHING_LEFT,
    reason: "timeout",
    log: "down: … at …: no complete response in time; the node is overloaded or hangs, or the network drops packets; raise timeout if it is only slow",
    remedy: "No bytes prolong the timeout. Look at the node's load and the line to it.",
  },
  endless: {
    fault: "The body never ends",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 3MiB (limits.bytes), found more; ${RAISE("bytes")}`,
    remedy: `${OTHER_SERVER} The exporter stops reading at the limit.`,
  },
  huge: {
    fault: "The answer has 50 MiB",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 3MiB (limits.bytes), found 50MiB; ${RAISE("bytes")}`,
    remedy: `${OTHER_SERVER} The exporter does not even begin to read.`,
  },
  gzipBomb: {
    fault: "The answer is compressed: 1 MiB for 1 GiB",
    shows: HEAD_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found compressed data that was not requested; ${CHECK_URL}`,
    remedy: "The exporter never unpacks answers. Let the proxy send them as they are when no encoding is accepted.",
  },
  millionRows: {
    fault: "The peer list has a million rows",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 30000 objects and arrays (limits.containers), found more; ${RAISE("containers")}`,
    remedy: `${OTHER_SERVER} The rows are not even read, nor those of more than 3,000 peers.`,
  },
  deepNesting: {
    fault: "The answer has millions of lists, one in the other",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 64 levels of nested objects and arrays (limits.depth), found more; ${RAISE("depth")}`,
    remedy: "No node does this by itself: see who answers at this URL. Other nodes do not wait for it.",
  },
  manyKeys: {
    fault: "The answer is one object with hundreds of thousands of members",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 70000 object members (one with a new name counts as ten) (limits.keys), found more; ${RAISE("keys")}`,
    remedy: `${OTHER_SERVER} Nothing is built of the answer: members are counted before.`,
  },
  manyStrings: {
    fault: "The answer is one list of a million strings",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 50000 strings (limits.strings), found more; ${RAISE("strings")}`,
    remedy: `${OTHER_SERVER} Nothing is built of the answer: strings are counted before.`,
  },
  manyNumbers: {
    fault: "The answer is one list of a million numbers",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 50000 numbers (limits.numbers), found more; ${RAISE("numbers")}`,
    remedy: `${OTHER_SERVER} Nothing is built of the answer: numbers are counted before.`,
  },
  manyFloats: {
    fault: "The answer is one list of half a million numbers with fractions and exponents",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 50000 numbers (limits.numbers), found more; ${RAISE("numbers")}`,
    remedy: `${OTHER_SERVER} Nothing is built of the answer: numbers are counted before.`,
  },
  controlCharacters: {
    fault: "The answer is a string of three million control characters",
    shows: HEAD_LEFT,
    reason: "bad_shape",
    log: "down: … at …: expected a JSON-RPC object; check that the URL is monerod's RPC (default port 18081), or the JSON-RPC URL of a gateway",
    remedy: `${OTHER_SERVER} Control characters are read as spaces, in one pass and in memory of the size of the answer.`,
  },
  unknownEscapes: {
    fault: "The answer is a string of a million escapes that JSON does not know",
    shows: HEAD_LEFT,
    reason: "bad_shape",
    log: "down: peers at …: expected rows of wire, found 1 that cannot be read; check that chain and url belong together; if they do, please report this with the node's version",
    remedy: `${OTHER_SERVER} The escape \`\\v\`, which monerod writes, is read as a space, in one pass.`,
  },
  openBackslashes: {
    fault: "The answer is a string of backslashes that does not end",
    shows: HEAD_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found invalid or truncated JSON of … characters; ${CHECK_URL}`,
    remedy: OTHER_SERVER,
  },
  tinyChunks: {
    fault: "The answer comes in chunks of one byte",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 4096 pieces plus one for every 512 bytes (limits.pieces), found more; ${RAISE("pieces")}`,
    remedy:
      "Look at the proxy before the node. The exporter keeps the bytes in one buffer and stops after some thousand.",
  },
  interimAnswers: {
    fault: "The node sends interim answers (HTTP 103) without end",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected at most 16 interim responses (HTTP 1xx), found more; ${NO_NODE}`,
    remedy: `${OTHER_SERVER} Nothing of them is kept.`,
  },
  chunkExtensions: {
    fault: "A chunk has an extension that does not end",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected a body, found more than 64KiB of HTTP framing; ${NO_NODE}`,
    remedy: `${OTHER_SERVER} Nothing of it is kept.`,
  },
  endlessTrailers: {
    fault: "Trailers follow the body without end",
    shows: NOTHING_LEFT,
    reason: "too_large",
    log: `down: … at …: expected a body, found more than 64KiB of HTTP framing; ${NO_NODE}`,
    remedy: OTHER_SERVER,
  },
  hugeMetrics: {
    fault: "Wire: the page of prometheus_plugin has hundreds of thousands of series",
    shows:
      '`p2p_node_up 1` with its peers; `p2p_node_api_up{api="prometheus"} 0`, and nothing that the page alone tells',
    reason: "none",
    log: "the prometheus API fails: … at …: expected at most 30000 lines (limits.containers), found more; restart the node, as its prometheus_plugin keeps the series of peers that left; or raise limits.containers of this node",
    remedy:
      "Restart the node, or raise the limit if it had so many peers. The page is asked for again after 30 s; peers and head do not wait for it.",
  },
  hugeMetricsLabels: {
    fault: "Wire: the page of prometheus_plugin has hundreds of thousands of labels",
    shows:
      '`p2p_node_up 1` with its peers; `p2p_node_api_up{api="prometheus"} 0`, and nothing that the page alone tells',
    reason: "none",
    log: "the prometheus API fails: … at …: expected at most 80000 labels (limits.keys), found more; restart the node, as its prometheus_plugin keeps the series of peers that left; or raise limits.keys of this node",
    remedy: "See who answers at `wire.prometheus_url`. A series with more than 64 labels is not read at all.",
  },
  notHttp: {
    fault: "Another protocol than HTTP answers",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: the response is not valid HTTP, or was cut off; check that the port speaks HTTP, and use https:// if it expects TLS",
    remedy: "The port belongs to another service (P2P, SSH, a database): set the port of the node's HTTP API.",
  },
  contentType: {
    fault: "The answer has the wrong content type",
    shows: ALL_LEFT,
    reason: "none",
    log: "nothing",
    remedy: "None is needed: what counts is the answer itself.",
  },
  loginPage: {
    fault: "A login page answers, with 200",
    shows: NOTHING_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found an HTML or XML page; ${CHECK_URL}`,
    remedy: "Set the URL of the node itself, or credentials that the proxy takes (`auth`).",
  },
  emptyBody: {
    fault: "The answer is empty",
    shows: NOTHING_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found an empty body; ${CHECK_URL}`,
    remedy: "Ask with curl on the node's own machine; then look at what stands before the node.",
  },
  truncatedJson: {
    fault: "The JSON ends too early",
    shows: NOTHING_LEFT,
    reason: "bad_json",
    log: `down: … at …: expected JSON, found invalid or truncated JSON of … characters; ${CHECK_URL}`,
    remedy: "A proxy cuts the answer, or the node has a bug: compare with curl on the node's own machine.",
  },
  otherJson: {
    fault: "Another program answers with JSON",
    shows: NOTHING_LEFT,
    reason: "bad_shape",
    log: "down: … at …: expected …; check that the URL is …",
    remedy: "Correct `url`, or `chain`: they do not belong together.",
  },
  wrongTypes: {
    fault: "A field has the wrong type, or a number that cannot be",
    shows:
      "the node without what that field tells; a row that cannot be read counts in `p2p_node_connections_malformed`",
    reason: "bad_shape",
    log: "down: … at …: expected …; check that …",
    remedy: "Only an answer that cannot be read as a whole takes the node down. Report it with the node's version.",
  },
  redirect: {
    fault: "A redirect (301, 302)",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found …; redirects are not followed: set the URL of the node's API itself",
    remedy: "Set the URL that `curl -v` shows behind `Location`, if it is yours. Credentials go to no other host.",
  },
  status400: {
    fault: "400 Bad Request",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 400; use https:// if the port expects TLS, otherwise see the node's own log",
    remedy: "Try `https://`; then see the log of the node or proxy for why it refuses the request.",
  },
  hostHeader: {
    fault: "Wire: 400 for the Host header",
    shows: NOTHING_LEFT,
    reason: "host_header",
    log: "down: … at …: expected HTTP 200 or 201, found 400: the node does not accept the Host header of this URL; set wire.host_header to the node's http-server-address, or add the name with its port to http-alias, or set http-validate-host = false on the node",
    remedy: "Behind port mappings and proxies the node sees another name than it expects: do one of the three.",
  },
  invalidRequest: {
    fault: "Wire: 400 Invalid Request",
    shows: NOTHING_LEFT,
    reason: "rpc",
    log: 'down: … at …: expected HTTP 200 or 201, found 400 "Invalid Request"; check that no proxy changes the request',
    remedy: "Something on the way gives the request a body. Ask the node past the proxy.",
  },
  status401: {
    fault: "401 without a challenge",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: "down: … at …: expected HTTP 200, found 401; check the auth block of this node",
    remedy: LOGIN,
  },
  digestWanted: {
    fault: "401, digest authentication wanted",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: "down: … at …: expected HTTP 200, found 401; the node requires digest authentication: set auth.digest with the user and password of its login (monerod: rpc-login)",
    remedy: LOGIN,
  },
  basicWanted: {
    fault: "401, basic authentication wanted",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: "down: … at …: expected HTTP 200, found 401; the node requires basic authentication: check auth.basic",
    remedy: LOGIN,
  },
  digestNonce: {
    fault: "Monero: the nonce of digest authentication expires",
    shows: ALL_LEFT,
    reason: "none",
    log: "nothing",
    remedy: "None is needed: the new challenge is answered within the same poll.",
  },
  status403: {
    fault: "403 Forbidden",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: "down: … at …: expected HTTP 200, found 403; the server refuses this user or address: check auth and its access list",
    remedy: "Let the exporter's address pass, or give its user the right to read.",
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
    remedy: "Compare port and path with the node's configuration. Gateways answer so to a token that is not valid.",
  },
  chainwebStatus404: {
    fault: "Chainweb: 404 of an unknown server",
    shows: NOTHING_LEFT,
    reason: "not_found",
    log: "down: … at …: expected HTTP 200, found 404; the service API has no peers: set url to the P2P API (https, default port 1789), and chainweb.network",
    remedy: "Do as the line says. Public front ends hide the P2P API.",
  },
  serviceApi: {
    fault: "Chainweb: 404 of the service API",
    shows: NOTHING_LEFT,
    reason: "not_found",
    log: "down: … at …: expected HTTP 200, found 404; the service API has no peers: set url to the P2P API (https, default port 1789)",
    remedy: "Do as the line says; the service API belongs into `chainweb.service_url`.",
  },
  networkName: {
    fault: "Chainweb: 404, the node is on another network",
    shows: NOTHING_LEFT,
    reason: "wrong_network",
    log: "down: … at …: expected HTTP 200, found 404: the node is not on mainnet01; set chainweb.network to the node's network",
    remedy: "Set `chainweb.network`, or find out who put another node behind this address.",
  },
  otherCut: {
    fault: "Chainweb: the cut is of another network",
    shows: NOTHING_LEFT,
    reason: "wrong_network",
    log: 'down: … at …: expected the network mainnet01, found "testnet04"; set chainweb.network to the node\'s network, or the URL to a node of this one',
    remedy: "Set `chainweb.network`, or find out who put another node behind this address.",
  },
  retryAfter: {
    fault: "429 with Retry-After",
    shows: `${NOTHING_LEFT}; no poll until the time is over, an hour at most`,
    reason: "rate_limited",
    log: "down: … at …: expected HTTP 200, found 429; poll less often (interval) or raise the server's limit",
    remedy: "Raise `interval` until it stops. With a gateway, count the other users of the token.",
  },
  status429: {
    fault: "429 without Retry-After",
    shows: `${NOTHING_LEFT}; one turn is left out, then two, four, … up to 16`,
    reason: "rate_limited",
    log: "down: … at …: expected HTTP 200, found 429; poll less often (interval) or raise the server's limit",
    remedy: "Raise `interval` until it stops. A chainweb node takes 50 requests a second from one address.",
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
    remedy: "See the node's log for the exception.",
  },
  status500: {
    fault: "500 Internal Server Error",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 500; see the node's own log for this request",
    remedy: "See the log of the node, or of what stands before it.",
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
    shows: `${NOTHING_LEFT}; with Retry-After, no poll until the time is over`,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 503; the node, or a proxy in front of it, is overloaded or has no backend: check that the node runs, and see its log",
    remedy: PROXY,
  },
  status504: {
    fault: "504 Gateway Timeout",
    shows: NOTHING_LEFT,
    reason: "http",
    log: "down: … at …: expected HTTP 200, found 504; a proxy in front of the node reports that the node does not respond: check the node",
    remedy: PROXY,
  },
  headFails: {
    fault: "Wire: the chain API fails, the peers do not",
    shows: PEERS_LEFT,
    reason: "http",
    log: "the head API fails: … at …: expected HTTP 200, found 500; see the node's own log for this request",
    remedy: "See the node's log. Where a proxy has it under another address, set `wire.chain_url`.",
  },
  starting: {
    fault: "Chainweb: the node is starting",
    shows: PEERS_LEFT,
    reason: "unavailable",
    log: "the head API fails: … at …: expected HTTP 200, found 404; the node is still starting and serves only its peers",
    remedy: "Wait. After that the node may hang while it replays.",
  },
  restricted: {
    fault: "Monero: the RPC is restricted",
    shows: HEAD_LEFT,
    reason: "unavailable",
    log: "down: get_connections at …: expected the unrestricted RPC, found a restricted one; restricted RPC hides the peers: set the URL of the unrestricted port (rpc-bind-port, default 18081), and start monerod without restricted-rpc, which restricts every port",
    remedy: "Do as the line says. What restricted RPC fakes (zero connections, free space) is not shown.",
  },
  methodHidden: {
    fault: "Monero: a gateway hides the peers (-32601)",
    shows: HEAD_LEFT,
    reason: "unavailable",
    log: 'down: get_connections at …: expected a result, found JSON-RPC error -32601 "Method not found"; the server does not offer this method: use monerod\'s unrestricted RPC',
    remedy: "Poll a node of your own; for the head alone, make this one a reference.",
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
    remedy: "Wait. The zeros that come with this status are not shown.",
  },
  payment: {
    fault: "Monero: status PAYMENT REQUIRED",
    shows: NOTHING_LEFT,
    reason: "unauthorized",
    log: 'down: get_connections at …: expected status "OK", found "PAYMENT REQUIRED"; the node wants payment for RPC: poll a node of your own',
    remedy: "Poll a node of your own.",
  },
  statusFailed: {
    fault: "Monero: another status",
    shows: NOTHING_LEFT,
    reason: "rpc",
    log: 'down: get_connections at …: expected status "OK", found "Failed"; see monerod\'s log for this call',
    remedy: "See monerod's log.",
  },
  rpcRequest: {
    fault: "Monero: the request did not arrive whole (-32600, -32700)",
    shows: NOTHING_LEFT,
    reason: "rpc",
    log: "down: get_connections at …: expected a result, found JSON-RPC error -32…; the request did not arrive whole: check proxies that change the body",
    remedy: "Ask monerod past the proxy. It ignores bodies that a proxy sends on in chunks.",
  },
  rpcError: {
    fault: "Monero: any other JSON-RPC error",
    shows: NOTHING_LEFT,
    reason: "rpc",
    log: "down: get_connections at …: expected a result, found JSON-RPC error -…; see monerod's log for this call",
    remedy: "See monerod's log.",
  },
  certificateExpired: {
    fault: "TLS: the certificate has expired",
    shows: NOTHING_LEFT,
    reason: "tls",
    log: "down: … at …: the TLS connection failed (CERT_HAS_EXPIRED); renew the node's certificate",
    remedy: "Renew it. P2PNodeCertificateExpiring warns before.",
  },
  certificateName: {
    fault: "TLS: the certificate is for another name",
    shows: NOTHING_LEFT,
    reason: "tls",
    log: "down: … at …: the TLS connection failed (ERR_TLS_CERT_ALTNAME_INVALID); the certificate is for another name: set tls.server_name, or tls.pin to the certificate's SHA-256",
    remedy: "Use the name of the certificate in `url`, or do as the line says.",
  },
  certificateUnknown: {
    fault: "TLS: nobody known signed the certificate",
    shows: NOTHING_LEFT,
    reason: "tls",
    log: "down: … at …: the TLS connection failed (DEPTH_ZERO_SELF_SIGNED_CERT); the certificate is not signed by a known authority: set tls.ca_file, or tls.pin to the certificate's SHA-256",
    remedy: "A chainweb node and monerod sign their own: pin it.",
  },
  certificatePin: {
    fault: "TLS: the certificate is not the pinned one",
    shows: NOTHING_LEFT,
    reason: "tls_pin",
    log: "down: … presented a certificate with the id …, expected …; if the node was restarted with a new certificate, check that id on the node itself and set tls.pin to it; a chainweb node keeps its id only with p2p certificateChainFile and keyFile",
    remedy: "Do as the line says. Not one byte of a request reaches such a server.",
  },
  handshakeHang: {
    fault: "TLS: the handshake hangs",
    shows: NOTHING_LEFT,
    reason: "timeout",
    log: "down: … at …: no complete response in time; the node is overloaded or hangs, or the network drops packets; raise timeout if it is only slow",
    remedy: "A chainweb node that replays accepts nothing: wait. Else look at the node's load.",
  },
  plainPort: {
    fault: "TLS: the port speaks plain HTTP",
    shows: NOTHING_LEFT,
    reason: "tls",
    log: "down: … at …: the TLS connection failed (ERR_SSL_WRONG_VERSION_NUMBER); this port speaks plain HTTP: use http:// in the URL",
    remedy: "Use `http://`, or the node's port for TLS.",
  },
  dnsFails: {
    fault: "The name does not resolve",
    shows: NOTHING_LEFT,
    reason: "dns",
    log: "down: … at …: the host name does not resolve (ENOTFOUND); check the host name in the URL and the name servers of this machine",
    remedy: "Try `getent hosts NAME` on the exporter's machine, in its container where it has one.",
  },
  dnsChanges: {
    fault: "The name moves to another address",
    shows: "everything, from the new address: at once when the old one closes the connection, and never from a cache",
    reason: "none",
    log: "nothing",
    remedy: "None is needed. While the old address keeps the connection open, it is asked: stop the node there.",
  },
  restart: {
    fault: "The node restarts between two polls",
    shows: "everything; its own byte counters begin anew, its old connections count as gone and its new ones as come",
    reason: "none",
    log: "nothing",
    remedy: "None is needed: `rate()` and `increase()` know that counters begin anew.",
  },
  swapped: {
    fault: "Another node of another network stands behind the address",
    shows:
      "the new node under its own `p2p_node_info`; the old series end, and its head is compared with nobody of the old network",
    reason: "none",
    log: "the node is on another network now: expected …, found …; check which server answers at the URL, and whether the node's configuration changed",
    remedy: "Find out what happened to the node. For Chainweb this takes the node down, as its network is configured.",
  },
  manyDown: {
    fault: "A hundred nodes go down at once",
    shows: "each of them down by itself; the others complete and in time",
    reason: "connect",
    log: "down: … at …: the connection was refused (ECONNREFUSED); check that the node runs and that its API listens at this address and port (a node does not listen while it replays)",
    remedy: "One line for each node when it goes and one when it comes back, however long it lasts.",
  },
  manyPeers: {
    fault: "Ten thousand peers appear at once",
    shows: "all in the sums; series for `connections.max_per_node` of them, the rest in `p2p_node_connections_omitted`",
    reason: "none",
    log: "nothing",
    remedy: "Look who they are (`p2p_node_peer_subnets`, `p2p_node_peers_by_agent`): a flood comes from few subnets.",
  },
  changingPeers: {
    fault: "The peers are others with each poll, and the node says another version",
    shows:
      "all in the sums; in any 60 minutes no more new series than `connections.max_new_per_hour` (and 60 of `p2p_node_info`), also over outages and reloads. `p2p_node_series_withheld` counts the others. Of the software of peers what is beyond 60 new names in an hour is in `other`",
    reason: "none",
    log: "nothing",
    remedy: "See the runbook of [P2PNodeSeriesWithheld](runbooks/P2PNodeSeriesWithheld.md).",
  },
} as const satisfies Readonly<Record<string, FaultEntry>>;

export type NodeFault = keyof typeof NODE_FAULTS;
