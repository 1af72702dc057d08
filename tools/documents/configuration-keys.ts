import { CHAIN_NAMES, chains } from "../../src/chains/index.ts";
import { ACCESS_SECTIONS } from "./access-keys.ts";
import type { Section } from "./key-section.ts";

/**
 * The texts of docs/configuration.md for each key. Type, limits, default and whether it is required come from the schema
 * unless they are given here: in the schema, a duration is only a text.
 */

const REORG_DEPTHS = CHAIN_NAMES.map((name) => `${name}: ${chains[name].reorgDepthBlocks}`);

const DURATION = "duration";
const URL_TEXT = "URL";
const PATH = "path of a file";

const LIMITS = `Limits on one response of a node; a node, a module and \`global\` can have them. By default each call has limits well above what
a real node sends, so that no response takes more than 50 ms of CPU. A larger response is refused as \`too_large\`, and the error
names the key. A limit in the configuration replaces the default for every call of the node, even if it is lower; with higher limits
one response can delay all other polls and pages for longer. Without configured limits, responses of up to 96 KiB are parsed without
counting.`;

const CONNECTIONS = `Series with a \`peer\` label, one set per connection of a node. A node and a module can have this block too: its keys replace the
shared ones one by one, and \`hash_key\` replaces a shared \`hash_key_file\`. A reference has no connections.

Connections whose labels are the same share their series, for example several peers behind one address. Their bytes are added up,
and the sum does not fall when one of them closes. The height is the highest of them, the start the earliest, and
\`p2p_node_connections_merged\` counts the connections beyond the first.`;

export const SECTIONS: readonly Section[] = [
  {
    title: "The file",
    introduction: "Only `nodes` is required; with `probe.modules` it is optional too.",
    place: "document",
    keys: {
      global: {
        type: "mapping",
        meaning: "Defaults for all nodes: [global](#global).",
        example: "global: {interval: 30s}",
      },
      connections: {
        type: "mapping",
        meaning: "Series for each connection, of all nodes and modules: [connections](#connections).",
        example: "connections: {max_per_node: 50}",
      },
      lag: { type: "mapping", meaning: "How head lag is computed: [lag](#lag).", example: "lag: {min_support: 3}" },
      probe: {
        type: "mapping",
        meaning: "Targets that are not in `nodes`: [probe](#probe).",
        example: "probe: {concurrency: 20}",
      },
      nodes: {
        type: "list",
        meaning: "The nodes to poll: [nodes](#nodes).",
        example: 'nodes: [{name: wire-1, chain: wire, url: "http://127.0.0.1:8888"}]',
      },
      references: {
        type: "list",
        fallback: "none",
        meaning: "Nodes polled only for their head: [references](#references).",
        example: 'references: [{name: seed, chain: monero, url: "http://192.0.2.1:18081", interval: 1m}]',
      },
    },
  },
  {
    title: "global",
    introduction: "Defaults for all nodes and references; each of them can override these.",
    place: "global",
    keys: {
      "global.interval": {
        type: "duration, 1s to 24d",
        fallback: "`15s`",
        meaning: "How often each node is polled. Polls are spread over the interval.",
        example: "interval: 30s",
      },
      "global.timeout": {
        type: "duration, at least 100ms",
        fallback: "`10s`, or the interval if that is shorter",
        meaning: "Time limit for one whole poll of a node. At most the interval.",
        example: "timeout: 5s",
      },
      "global.limits": {
        type: "mapping",
        fallback: "per call",
        meaning: "Limits on one response of a node. See [limits](#limits).",
        example: "limits: {bytes: 8MiB}",
      },
      "global.proxy_url": {
        type: URL_TEXT,
        fallback: "none",
        meaning:
          "Proxy for all requests: `http://`, `https://`, or `socks5h://`, with `user:password@` if it needs a login. The proxy resolves the host names. [troubleshooting.md](troubleshooting.md#tor-socks-and-http-proxies) has more.",
        example: 'proxy_url: "http://proxy.example:3128"',
      },
      "global.no_proxy": {
        type: "list with commas",
        fallback: "none",
        meaning:
          "Hosts that are asked without `proxy_url`: `node.example` with its subdomains, `.node.example` only these, `10.0.0.1`, `10.0.0.0/8`, each name and address also with `:port`; `*` for all.",
        example: '{proxy_url: "http://proxy.example:3128", no_proxy: "127.0.0.1,.internal"}',
      },
      "global.proxy_from_environment": {
        fallback: "`false`",
        meaning:
          "`true`: the proxy of the environment, from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (or in lower case), read as Go's programs do: `localhost` and loopback addresses are asked directly. Excludes `proxy_url`.",
        example: "proxy_from_environment: true",
      },
    },
  },
  {
    title: "connections",
    introduction: CONNECTIONS,
    place: "connections",
    keys: {
      "connections.series": {
        meaning: "`false`: no such series, only the sums per node.",
        example: "series: false",
      },
      "connections.max_per_node": {
        meaning:
          "Maximum number of connections of a node that have series; those that share their series count as one. `p2p_node_connections_omitted` counts the others.",
        example: "max_per_node: 50",
      },
      "connections.max_new_per_hour": {
        fallback: "`2000`, or 3 × `max_per_node` if that is more",
        meaning:
          "Maximum number of connections of a node that get new series in any 60 minutes. A connection is new if it had no series within the last hour. Further connections are in all sums but have no series of their own; `p2p_node_series_withheld` counts them. Prometheus keeps every series for hours, even one that existed for a single poll, so this limits the series of a node whose peers change their addresses in each poll. A peer whose software reports another name is new, and with `address: full` or `hashed` so is a peer that returns from another port. A measured public node got 1.8 new connections per hour for each of its peers: with 250 peers and `address: full`, 700 in the first hour and 450 in each later hour. The count starts from zero when the exporter starts; it continues over reloads and outages of the node. Pages of `/probe?target=` have no earlier polls and therefore no such limit.",
        example: "max_new_per_hour: 500",
      },
      "connections.address": {
        meaning:
          "How a peer's address appears in its label. `host`: inbound peers without port, as each connection has another one; others as in `full`. `full`: address and port. `subnet`: the first 16 bits of an IPv4 address, 32 of an IPv6 address. `hashed`: a pseudonym of 16 hex digits, made from address and port. `none`: no address.",
        example: "address: hashed",
      },
      "connections.hash_key": {
        type: "text, at least 16 characters, secret",
        fallback: "random at each start",
        meaning: "Key of the pseudonyms. With it they stay the same over restarts and in all shards.",
        example: `{address: hashed, hash_key: "\${PEER_HASH_KEY}"}`,
      },
      "connections.hash_key_file": {
        type: PATH,
        fallback: "none",
        meaning: "The same in a file. Set one of the two.",
        example: "{address: hashed, hash_key_file: /run/secrets/hash-key}",
      },
    },
  },
  {
    title: "lag",
    introduction: "[head-lag.md](head-lag.md) explains how lag is computed.",
    place: "lag",
    keys: {
      "lag.min_support": {
        meaning:
          "How many peers of a node must have a height, or a higher one, before it counts. Raise it if several peers may belong to one person.",
        example: "min_support: 3",
      },
      "lag.reorg_depth": {
        type: "whole number, 0 to 1000, or a mapping of chains to such numbers",
        fallback: `\`{${REORG_DEPTHS.join(", ")}}\``,
        meaning:
          "Reorganisations of up to this many blocks are daily life: `p2p_node_forked` shows each fork, but the alert `P2PNodeForked` fires only for a deeper one (`p2p_node_reorg_depth_blocks`), and nodes that differ in deeper blocks are no longer [compared](head-lag.md#the-same-chain). A number is for all chains; a mapping names chains, and the others keep their default.",
        example: "reorg_depth: {monero: 20}",
      },
    },
  },
  {
    title: "nodes",
    introduction: "A list; each node is polled separately.",
    place: "node",
    keys: {
      "nodes.name": {
        type: "text: 1 to 63 letters, digits and `. _ : @ -`",
        meaning: "The label `target` of all series of the node. Unique among nodes and references.",
        example: "name: wire-1",
      },
      "nodes.chain": {
        type: `one of ${CHAIN_NAMES.map((name) => `\`${name}\``).join(", ")}`,
        meaning:
          "The kind of node. `wire` and `antelope` are polled in the same way; only the label `chain` differs. `bitcoin`, `litecoin`, `dogecoin`, `bitcoincash`, `dash` and `zcash` have the same API too, but each is a chain of its own: nodes of different names are never compared.",
        example: "chain: antelope",
      },
      "nodes.url": {
        type: "URL: `http://`, `https://` or `unix:/path`",
        meaning:
          "URL of the API. Wire and Chainweb: the base URL. Monero: without a path, `/json_rpc` is added; with a path, it is the whole JSON-RPC URL of a gateway. Path, query and `user:password@` are sent to the node and never shown.",
        example: 'url: "http://127.0.0.1:18081"',
      },
      "nodes.network": {
        type: "text: 1 to 63 letters, digits and `. _ : @ -`",
        fallback: "the network that the node reports",
        meaning:
          "The network's name, set by hand: the label `network` of `p2p_node_info`, and heads are compared only between nodes of a chain with the same name. For coins that call their networks alike, set it at every node and reference of each. Never part of a request: a Chainweb node's API path has `chainweb.network`.",
        example: "network: wownero",
      },
      "nodes.labels": {
        type: "mapping of texts",
        fallback: "none",
        meaning:
          "Labels added to all series of the node. Names that Prometheus, Kubernetes or the exporter's own metrics use are refused. A number or boolean is the text as written: `1.10` stays `1.10`.",
        example: "labels: {region: eu-west, owner: infra}",
      },
      "nodes.interval": {
        type: "duration, 1s to 24d",
        fallback: "`global.interval`",
        meaning: "How often this node is polled.",
        example: "interval: 1m",
      },
      "nodes.schedule": {
        type: "cron expression of 5 fields, or 6 with seconds first",
        fallback: "none",
        meaning: "Used instead of an interval, in the time zone of the exporter (`TZ`).",
        example: 'schedule: "*/5 * * * *"',
      },
      "nodes.timeout": {
        type: DURATION,
        fallback: "`global.timeout`",
        meaning: "Time limit for one whole poll of this node, from 100ms. At most its interval.",
        example: "timeout: 5s",
      },
      "nodes.auth": {
        type: "mapping",
        fallback: "none",
        meaning:
          "How the exporter authenticates: one of `basic`, `digest`, `bearer`, `header` and `cookie_file`, and further `headers`. See [auth](#auth).",
        example: `auth: {bearer: {token: "\${NODE_TOKEN}"}}`,
      },
      "nodes.tls": {
        type: "mapping",
        fallback: "the system's authorities",
        meaning:
          "How the exporter verifies the server, and its client certificate. Only with an `https://` URL. See [tls](#tls).",
        example: '{url: "https://127.0.0.1:18081", tls: {insecure: true}}',
      },
      "nodes.limits": {
        type: "mapping",
        fallback: "each from `global.limits`",
        meaning: "Limits on one response of the node. See [limits](#limits).",
        example: "limits: {bytes: 8MiB, keys: 200000}",
      },
      "nodes.host_header": {
        fallback: "host and port of the URL",
        meaning:
          "The Host header to send to the node's host, for nodes behind a port mapping or a proxy that knows them by name. The name for TLS stays that of the URL: see `tls.server_name`.",
        example: "host_header: node.example",
      },
      "nodes.proxy_url": {
        type: URL_TEXT,
        fallback: "`global.proxy_url`",
        meaning:
          "Proxy for the requests to this node, for all its URLs. If a node has one of the three keys, those of [global](#global) do not apply to it.",
        example: 'proxy_url: "socks5h://127.0.0.1:9050"',
      },
      "nodes.no_proxy": {
        type: "list with commas",
        fallback: "`global.no_proxy`",
        meaning: "Hosts that are asked without the `proxy_url` of this node.",
        example: '{proxy_url: "http://proxy.example:3128", no_proxy: "10.0.0.0/8"}',
      },
      "nodes.proxy_from_environment": {
        fallback: "`global.proxy_from_environment`",
        meaning: "`true`: the proxy of the environment. `false`: no proxy, whatever `global` has.",
        example: "proxy_from_environment: false",
      },
      "nodes.connections": {
        type: "mapping",
        fallback: "each key from `connections`",
        meaning: "Series for the connections of the node. See [connections](#connections).",
        example: "connections: {address: full, max_per_node: 250}",
      },
    },
  },
  {
    title: "limits",
    introduction: LIMITS,
    place: "node",
    keys: {
      "nodes.limits.bytes": {
        type: "size, 1KiB to 256MiB: `8MiB`, `512KiB` or a number of bytes",
        fallback: "`3MiB` for lists, else `256KiB`",
        meaning: "Size of the body.",
        example: "limits: {bytes: 8MiB}",
      },
      "nodes.limits.pieces": {
        fallback: "`4096`",
        meaning: "Chunks in which the body may arrive, plus one per 512 bytes.",
        example: "limits: {pieces: 20000}",
      },
      "nodes.limits.depth": {
        fallback: "`64`",
        meaning: "Nesting of objects and arrays.",
        example: "limits: {depth: 100}",
      },
      "nodes.limits.containers": {
        fallback: "`30000` for lists, else `10000`",
        meaning: "Objects and arrays. For a metrics page: its lines.",
        example: "limits: {containers: 100000}",
      },
      "nodes.limits.keys": {
        fallback: "`70000` for lists, `80000` for metrics, else `20000`",
        meaning:
          "Members of objects. A member whose name did not follow the same names in an earlier object counts as ten, as it takes twenty times as long to parse. For a metrics page: its labels.",
        example: "limits: {keys: 200000}",
      },
      "nodes.limits.strings": {
        fallback: "`50000` for lists, else `20000`",
        meaning: "Strings, without the names of members.",
        example: "limits: {strings: 200000}",
      },
      "nodes.limits.numbers": {
        fallback: "`50000` for lists, else `20000`",
        meaning: "Numbers, `true`, `false` and `null`. For a metrics page: its samples.",
        example: "limits: {numbers: 200000}",
      },
    },
  },
  ...ACCESS_SECTIONS,
  {
    title: "wire",
    introduction: "Only for nodes with `chain: wire` or `antelope`.",
    place: "node",
    chain: "wire",
    keys: {
      "nodes.wire": {
        type: "mapping",
        fallback: "all defaults",
        meaning: "Block with these keys.",
        example: "wire: {host_header: nodeop.internal:8888}",
      },
      "nodes.wire.chain_url": {
        type: URL_TEXT,
        fallback: "`url`",
        meaning: "Base URL of the listener with chain_api_plugin, if it differs from `url`.",
        example: 'wire: {chain_url: "http://127.0.0.1:8889"}',
      },
      "nodes.wire.prometheus_url": {
        type: URL_TEXT,
        fallback: "none: not polled",
        meaning: "Base URL of the listener with prometheus_plugin, for bytes and latency per connection.",
        example: 'wire: {prometheus_url: "http://127.0.0.1:9101"}',
      },
      "nodes.wire.host_header": {
        fallback: "host and port of the URL",
        meaning: "As `host_header` of the node, but also sent to `chain_url` and `prometheus_url`. Set one of the two.",
        example: "wire: {host_header: nodeop.internal:8888}",
      },
    },
  },
  {
    title: "monero",
    introduction: "There are no keys only for nodes with `chain: monero`; an empty block is allowed.",
    place: "node",
    chain: "monero",
    keys: {
      "nodes.monero": { type: "mapping", fallback: "empty", meaning: "No keys.", example: "monero: {}" },
    },
  },
  {
    title: "bitcoin",
    introduction:
      "There are no keys only for nodes of the Bitcoin family (`chain: bitcoin`, `litecoin`, `dogecoin`, `bitcoincash`, `dash` or `zcash`); an empty block is allowed, and is called `bitcoin` for all of them.",
    place: "node",
    chain: "bitcoin",
    keys: {
      "nodes.bitcoin": { type: "mapping", fallback: "empty", meaning: "No keys.", example: "bitcoin: {}" },
    },
  },
  {
    title: "chainweb",
    introduction: "Only for nodes with `chain: chainweb`.",
    place: "node",
    chain: "chainweb",
    keys: {
      "nodes.chainweb": {
        type: "mapping",
        fallback: "all defaults",
        meaning: "Block with these keys.",
        example: "chainweb: {network: testnet06}",
      },
      "nodes.chainweb.network": {
        meaning: "Name of the network, part of every API path.",
        example: "chainweb: {network: testnet06}",
      },
      "nodes.chainweb.service_url": {
        type: URL_TEXT,
        fallback: "none: not polled",
        meaning: "Base URL of the service API, for `/info`: version, end of service, block rate.",
        example: 'chainweb: {service_url: "http://127.0.0.1:1848"}',
      },
      "nodes.chainweb.mempool_peers": {
        meaning: "Also count the mempool peers of every chain: one more request per chain in each poll.",
        example: "chainweb: {mempool_peers: true}",
      },
      "nodes.chainweb.tip_age": {
        meaning:
          "Also read the creation time of the newest block of every chain: one request per new block, at most 20 in a poll.",
        example: "chainweb: {tip_age: true}",
      },
      "nodes.chainweb.probe": {
        type: "mapping",
        fallback: "all defaults",
        meaning:
          "Ask peers directly for their cut: how many answer, their versions, and heads for the lag. Peer addresses are not trusted, so the exporter dials only public ones.",
        example: "chainweb: {probe: {peers: 5}}",
      },
      "nodes.chainweb.probe.peers": {
        meaning: "Number of peers to ask in each poll, in rotation; 0: none.",
        example: "chainweb: {probe: {peers: 5}}",
      },
      "nodes.chainweb.probe.timeout": {
        type: DURATION,
        meaning: "Time limit for one peer, from 100ms. A poll that has less time asks no peer.",
        example: "chainweb: {probe: {peers: 5, timeout: 2s}}",
      },
      "nodes.chainweb.probe.concurrency": {
        meaning: "Number of peers asked at the same time.",
        example: "chainweb: {probe: {peers: 5, concurrency: 8}}",
      },
      "nodes.chainweb.probe.allow": {
        type: "list of address ranges",
        fallback: "none",
        meaning: "Non-public ranges that may be dialled.",
        example: 'chainweb: {probe: {peers: 5, allow: ["10.0.0.0/8"]}}',
      },
    },
  },
  {
    title: "probe",
    introduction: "Which targets `/probe?target=URL&module=NAME` may poll. [probe.md](probe.md) explains it.",
    place: "probe",
    keys: {
      "probe.allow": {
        type: "list of patterns `[SCHEME://]HOST:PORT[/PATH]`",
        fallback: "none: nothing may be probed",
        meaning: "Permitted targets. [Patterns](probe.md#patterns).",
        example: '{allow: ["10.0.0.0/8:18081"], modules: {monero: {chain: monero}}}',
      },
      "probe.modules": {
        type: "mapping of names to modules",
        fallback: "none",
        meaning:
          "How to poll targets of one kind. A module takes the keys of a node, except `name`, `url`, `interval`, `schedule` and URLs in the chain's block, and also the keys below.",
        example: "{modules: {monero: {chain: monero, timeout: 5s}}}",
      },
      "probe.concurrency": {
        meaning: "Number of targets polled at the same time; further requests get 503.",
        example: "{concurrency: 20}",
      },
    },
  },
  {
    title: "probe.modules",
    introduction: "Only for modules.",
    place: "module",
    keys: {
      "probe.modules.scheme": {
        fallback: "`https` with a `tls` block, else `http`",
        meaning: "Scheme of targets without one.",
        example: "scheme: https",
      },
      "probe.modules.hosts": {
        type: "list of patterns, at least one",
        fallback: "all targets that `probe.allow` permits",
        meaning:
          "Targets of this module must match one of these. Required if the module has credentials, which are sent only there.",
        example: 'hosts: ["*.nodes.example.com:443/monero/*"]',
      },
    },
  },
];
