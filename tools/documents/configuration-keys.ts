/**
 * What docs/configuration.md says of each key. Type, limits, default and whether it must be there come from the schema
 * unless they stand here, as the schema knows a duration as a text.
 */

export type KeyText = {
  /** Where the schema says only "a text", or less. */
  readonly type?: string;
  /** Where the schema has no default, but the program does something of its own. */
  readonly fallback?: string;
  readonly meaning: string;
  /** YAML at the place of the section; a test loads it. */
  readonly example: string;
};

export type Section = {
  readonly title: string;
  readonly introduction: string;
  /** Where its examples stand. */
  readonly place: "document" | "global" | "connections" | "lag" | "probe" | "module" | "node";
  /** The chain of the node that an example is put into. */
  readonly chain?: "wire" | "monero" | "chainweb";
  /** By path, as the tests name keys: `nodes.auth.basic.username`. */
  readonly keys: Readonly<Record<string, KeyText>>;
};

const DURATION = "duration";
const URL_TEXT = "URL";
const PATH = "path of a file";
const SECRET = "text, secret";

const LIMITS = `Of a node, a module, or \`global\`: what one answer may hold. Each call has limits that lie well above what a real node
sends in it, so that no answer takes more than 50 ms of the CPU. A larger one is refused as \`too_large\`, and the error names the
key. What stands here counts for every call of the node instead, also where it is lower; with higher limits one answer can hold
up all other polls and pages for longer. Without limits of the operator, an answer of up to 96 KiB is parsed without counting.`;

export const SECTIONS: readonly Section[] = [
  {
    title: "The file",
    introduction: "Only `nodes` must be there; with `probe.modules` not even that.",
    place: "document",
    keys: {
      global: {
        type: "mapping",
        meaning: "Pace of all nodes: [global](#global).",
        example: "global: {interval: 30s}",
      },
      connections: {
        type: "mapping",
        meaning: "Series of single connections: [connections](#connections).",
        example: "connections: {max_per_node: 50}",
      },
      lag: { type: "mapping", meaning: "How far a head is behind: [lag](#lag).", example: "lag: {min_support: 3}" },
      probe: {
        type: "mapping",
        meaning: "Targets that are no nodes here: [probe](#probe).",
        example: "probe: {concurrency: 20}",
      },
      nodes: {
        type: "list",
        meaning: "What is polled: [nodes](#nodes).",
        example: 'nodes: [{name: wire-1, chain: wire, url: "http://127.0.0.1:8888"}]',
      },
      references: {
        type: "list",
        fallback: "none",
        meaning: "Nodes that are asked for their head alone: [references](#references).",
        example: 'references: [{name: seed, chain: monero, url: "http://192.0.2.1:18081", interval: 1m}]',
      },
    },
  },
  {
    title: "global",
    introduction: "For all nodes and references; each can have its own.",
    place: "global",
    keys: {
      "global.interval": {
        type: "duration, 1s to 24d",
        fallback: "`15s`",
        meaning: "How often each node is polled. Polls are spread over the interval.",
        example: "interval: 30s",
      },
      "global.timeout": {
        type: "duration, at least 1s",
        fallback: "`10s`, or the interval where that is shorter",
        meaning: "How long one whole poll of one node may take. Not longer than the interval.",
        example: "timeout: 5s",
      },
      "global.limits": {
        type: "mapping",
        fallback: "what is enough for each call",
        meaning: "What one answer of a node may hold. See [limits](#limits).",
        example: "limits: {bytes: 8MiB}",
      },
    },
  },
  {
    title: "connections",
    introduction: "Series with a `peer` label: one set for each connection of a node.",
    place: "connections",
    keys: {
      "connections.series": {
        meaning: "`false`: no such series, only the sums of each node.",
        example: "series: false",
      },
      "connections.max_per_node": {
        meaning: "How many connections of a node have series. `p2p_node_connections_omitted` counts the others.",
        example: "max_per_node: 50",
      },
      "connections.max_new_per_hour": {
        fallback: "`2000`, or 3 × `max_per_node` where that is more",
        meaning:
          "How many connections of a node get series that it did not have within the last hour, in any 60 minutes. Further ones are in all sums and have no series of their own; `p2p_node_series_withheld` counts them. Prometheus keeps every series for hours, also one that was there for a single poll: this bounds what a node can make of them whose peers come with other addresses in each poll. A peer that comes back from another port is new, and so is one whose software says another name. A public node was seen to get 1.8 new connections in an hour for each of its peers: with 250 of them 700 in the first hour, 450 in each later one. Counted anew when the exporter starts; over reloads and outages of the node it goes on. Pages of `/probe?target=` know no earlier polls and have no such bound.",
        example: "max_new_per_hour: 500",
      },
      "connections.address": {
        meaning:
          "How a peer's address appears in its label. `full`: address and port. `subnet`: the first 16 bits of an IPv4, 32 of an IPv6 address. `hashed`: a pseudonym of 16 hex digits. `none`: no address. With `subnet` and `none` peers share series, and these have no byte counters.",
        example: "address: hashed",
      },
      "connections.hash_key": {
        type: "text, at least 16 characters, secret",
        fallback: "another one at each start",
        meaning: "Keys the pseudonyms, so that they stay the same over restarts and are the same in all shards.",
        example: `{address: hashed, hash_key: "\${PEER_HASH_KEY}"}`,
      },
      "connections.hash_key_file": {
        type: PATH,
        fallback: "none",
        meaning: "The same in a file. One of the two.",
        example: "{address: hashed, hash_key_file: /run/secrets/hash-key}",
      },
    },
  },
  {
    title: "lag",
    introduction: "[head-lag.md](head-lag.md) says how lag is computed.",
    place: "lag",
    keys: {
      "lag.min_support": {
        meaning:
          "How many peers of a node must have a height, or a higher one, before it counts. Raise it where several peers may be one person.",
        example: "min_support: 3",
      },
    },
  },
  {
    title: "nodes",
    introduction: "A list; each node is polled on its own.",
    place: "node",
    keys: {
      "nodes.name": {
        type: "text: 1 to 63 letters, digits and `. _ : @ -`",
        meaning: "Becomes the label `target` of all series of the node. No two nodes or references have the same.",
        example: "name: wire-1",
      },
      "nodes.chain": {
        type: "one of `wire`, `antelope`, `monero`, `chainweb`",
        meaning: "How to talk to it. `wire` and `antelope` are polled alike and differ in the label `chain` only.",
        example: "chain: antelope",
      },
      "nodes.url": {
        type: "URL: `http://`, `https://` or `unix:/path`",
        meaning:
          "Where the API answers. Wire and Chainweb: the base. Monero: without a path `/json_rpc` is added; with one it is the whole JSON-RPC URL of a gateway. Path, query and `user:password@` are sent and never shown.",
        example: 'url: "http://127.0.0.1:18081"',
      },
      "nodes.labels": {
        type: "mapping of texts",
        fallback: "none",
        meaning:
          "Added to all series of the node. Names that Prometheus, Kubernetes or the exporter's own families use are refused, and the error says which.",
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
        meaning: "Instead of an interval, in the time zone of the exporter (`TZ`).",
        example: 'schedule: "*/5 * * * *"',
      },
      "nodes.timeout": {
        type: DURATION,
        fallback: "`global.timeout`",
        meaning: "How long one whole poll of this node may take. Not longer than its interval.",
        example: "timeout: 5s",
      },
      "nodes.auth": {
        type: "mapping",
        fallback: "none",
        meaning: "How we prove who we are: one of `basic`, `digest`, `bearer` and `header`. See [auth](#auth).",
        example: `auth: {bearer: {token: "\${NODE_TOKEN}"}}`,
      },
      "nodes.tls": {
        type: "mapping",
        fallback: "the system's authorities",
        meaning: "How we know that it is the right server. Only with an `https://` URL. See [tls](#tls).",
        example: '{url: "https://127.0.0.1:18081", tls: {insecure: true}}',
      },
      "nodes.limits": {
        type: "mapping",
        fallback: "each from `global.limits`",
        meaning: "What one answer of the node may hold. See [limits](#limits).",
        example: "limits: {bytes: 8MiB, keys: 200000}",
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
        fallback: "`3MiB` for lists, `256KiB` else",
        meaning: "Of the body.",
        example: "limits: {bytes: 8MiB}",
      },
      "nodes.limits.pieces": {
        fallback: "`4096`",
        meaning: "In which the body may arrive, beside one for every 512 bytes.",
        example: "limits: {pieces: 20000}",
      },
      "nodes.limits.depth": {
        fallback: "`64`",
        meaning: "Objects and lists in each other.",
        example: "limits: {depth: 100}",
      },
      "nodes.limits.containers": {
        fallback: "`30000` for lists, `10000` else",
        meaning: "Objects and lists. Of a page of metrics its lines.",
        example: "limits: {containers: 100000}",
      },
      "nodes.limits.keys": {
        fallback: "`70000` for lists, `80000` for metrics, `20000` else",
        meaning:
          "Members of objects. One whose name did not follow the names before it in an earlier object counts as ten: it takes twenty times as long. Of a page of metrics its labels.",
        example: "limits: {keys: 200000}",
      },
      "nodes.limits.strings": {
        fallback: "`50000` for lists, `20000` else",
        meaning: "Strings that are no names of members.",
        example: "limits: {strings: 200000}",
      },
      "nodes.limits.numbers": {
        fallback: "`50000` for lists, `20000` else",
        meaning: "Numbers, `true`, `false` and `null`. Of a page of metrics its samples.",
        example: "limits: {numbers: 200000}",
      },
    },
  },
  {
    title: "auth",
    introduction: `Of a node or module. Each secret stands here, as \`\${NAME}\` from the environment, or in a \`…_file\`, which is read anew when it is needed.`,
    place: "node",
    keys: {
      "nodes.auth.basic": {
        type: "mapping",
        fallback: "none",
        meaning: "HTTP basic authentication.",
        example: `auth: {basic: {username: monitor, password: "\${NODE_PASSWORD}"}}`,
      },
      "nodes.auth.basic.username": {
        type: "text without colon",
        meaning: "The user.",
        example: `auth: {basic: {username: monitor, password: "\${NODE_PASSWORD}"}}`,
      },
      "nodes.auth.basic.password": {
        type: SECRET,
        fallback: "the file",
        meaning: "The password. One of the two.",
        example: `auth: {basic: {username: monitor, password: "\${NODE_PASSWORD}"}}`,
      },
      "nodes.auth.basic.password_file": {
        type: PATH,
        fallback: "the text",
        meaning: "A file that holds the password.",
        example: "auth: {basic: {username: monitor, password_file: /run/secrets/password}}",
      },
      "nodes.auth.digest": {
        type: "mapping",
        fallback: "none",
        meaning: "HTTP digest authentication, which monerod's `rpc-login` wants.",
        example: `auth: {digest: {username: monitor, password: "\${NODE_PASSWORD}"}}`,
      },
      "nodes.auth.digest.username": {
        type: "text without colon",
        meaning: "The user.",
        example: `auth: {digest: {username: monitor, password: "\${NODE_PASSWORD}"}}`,
      },
      "nodes.auth.digest.password": {
        type: SECRET,
        fallback: "the file",
        meaning: "The password. One of the two.",
        example: `auth: {digest: {username: monitor, password: "\${NODE_PASSWORD}"}}`,
      },
      "nodes.auth.digest.password_file": {
        type: PATH,
        fallback: "the text",
        meaning: "A file that holds the password.",
        example: "auth: {digest: {username: monitor, password_file: /run/secrets/password}}",
      },
      "nodes.auth.bearer": {
        type: "mapping",
        fallback: "none",
        meaning: "A bearer token.",
        example: `auth: {bearer: {token: "\${NODE_TOKEN}"}}`,
      },
      "nodes.auth.bearer.token": {
        type: SECRET,
        fallback: "the file",
        meaning: "The token. One of the two.",
        example: `auth: {bearer: {token: "\${NODE_TOKEN}"}}`,
      },
      "nodes.auth.bearer.token_file": {
        type: PATH,
        fallback: "the text",
        meaning: "A file that holds the token.",
        example: "auth: {bearer: {token_file: /run/secrets/token}}",
      },
      "nodes.auth.header": {
        type: "mapping",
        fallback: "none",
        meaning: "A header of your choice.",
        example: `auth: {header: {name: X-Api-Key, value: "\${NODE_TOKEN}"}}`,
      },
      "nodes.auth.header.name": {
        type: "name of a header",
        meaning: "Its name. Not one that HTTP itself needs, such as `Host`.",
        example: `auth: {header: {name: X-Api-Key, value: "\${NODE_TOKEN}"}}`,
      },
      "nodes.auth.header.value": {
        type: SECRET,
        fallback: "the file",
        meaning: "Its value. One of the two.",
        example: `auth: {header: {name: X-Api-Key, value: "\${NODE_TOKEN}"}}`,
      },
      "nodes.auth.header.value_file": {
        type: PATH,
        fallback: "the text",
        meaning: "A file that holds its value.",
        example: "auth: {header: {name: X-Api-Key, value_file: /run/secrets/token}}",
      },
    },
  },
  {
    title: "tls",
    introduction: "Of a node or module. One of `pin`, `ca_file` (with `server_name`) and `insecure`.",
    place: "node",
    keys: {
      "nodes.tls.pin": {
        type: "43 characters, or 64 hex digits with or without colons",
        fallback: "none",
        meaning:
          "The SHA-256 of the server's certificate: a Chainweb peer id, or what `openssl x509 -fingerprint -sha256` prints. Nothing else is checked, and nothing is sent to a server with another certificate.",
        example: '{url: "https://127.0.0.1:1789", tls: {pin: 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU}}',
      },
      "nodes.tls.ca_file": {
        type: PATH,
        fallback: "the system's authorities",
        meaning: "The authorities that may have signed the certificate, as PEM.",
        example: '{url: "https://127.0.0.1:1789", tls: {ca_file: /run/secrets/ca.pem}}',
      },
      "nodes.tls.server_name": {
        fallback: "the URL's host",
        meaning: "The name to expect in the certificate.",
        example: '{url: "https://127.0.0.1:1789", tls: {server_name: kadena.internal}}',
      },
      "nodes.tls.insecure": {
        fallback: "`false`",
        meaning: "`true`: no check at all. Whoever is on the way can read the credentials and change the answers.",
        example: '{url: "https://127.0.0.1:1789", tls: {insecure: true}}',
      },
    },
  },
  {
    title: "wire",
    introduction: "What only nodes with `chain: wire` or `antelope` have.",
    place: "node",
    chain: "wire",
    keys: {
      "nodes.wire": {
        type: "mapping",
        fallback: "all defaults",
        meaning: "The block of these keys.",
        example: "wire: {host_header: nodeop.internal:8888}",
      },
      "nodes.wire.chain_url": {
        type: URL_TEXT,
        fallback: "`url`",
        meaning: "Base URL of the listener with chain_api_plugin, where it is not `url`.",
        example: 'wire: {chain_url: "http://127.0.0.1:8889"}',
      },
      "nodes.wire.prometheus_url": {
        type: URL_TEXT,
        fallback: "none: not asked",
        meaning: "Base URL of the listener with prometheus_plugin, for bytes and latency of each connection.",
        example: 'wire: {prometheus_url: "http://127.0.0.1:9101"}',
      },
      "nodes.wire.host_header": {
        fallback: "host and port of the URL",
        meaning: "The Host header to send, for nodes behind a port mapping or proxy.",
        example: "wire: {host_header: nodeop.internal:8888}",
      },
    },
  },
  {
    title: "monero",
    introduction: "Nodes with `chain: monero` have no keys of their own; an empty block is allowed.",
    place: "node",
    chain: "monero",
    keys: {
      "nodes.monero": { type: "mapping", fallback: "empty", meaning: "Has no keys.", example: "monero: {}" },
    },
  },
  {
    title: "chainweb",
    introduction: "What only nodes with `chain: chainweb` have.",
    place: "node",
    chain: "chainweb",
    keys: {
      "nodes.chainweb": {
        type: "mapping",
        fallback: "all defaults",
        meaning: "The block of these keys.",
        example: "chainweb: {network: testnet06}",
      },
      "nodes.chainweb.network": {
        meaning: "The network's name, part of every API path.",
        example: "chainweb: {network: testnet06}",
      },
      "nodes.chainweb.service_url": {
        type: URL_TEXT,
        fallback: "none: not asked",
        meaning: "Base URL of the service API, for `/info`: version, end of service, pace of blocks.",
        example: 'chainweb: {service_url: "http://127.0.0.1:1848"}',
      },
      "nodes.chainweb.mempool_peers": {
        meaning: "Also count the mempool peers of every chain: one more request for each chain in each poll.",
        example: "chainweb: {mempool_peers: true}",
      },
      "nodes.chainweb.tip_age": {
        meaning:
          "Also read when the newest block of every chain was made: one request for each new block, at most 20 in a poll.",
        example: "chainweb: {tip_age: true}",
      },
      "nodes.chainweb.probe": {
        type: "mapping",
        fallback: "all defaults",
        meaning:
          "Ask peers themselves for their cut: how many answer, their versions, and heads for the lag. Strangers chose their addresses, so only public ones are dialled.",
        example: "chainweb: {probe: {peers: 5}}",
      },
      "nodes.chainweb.probe.peers": {
        meaning: "How many in each poll, in turn; 0: none.",
        example: "chainweb: {probe: {peers: 5}}",
      },
      "nodes.chainweb.probe.timeout": {
        type: DURATION,
        meaning: "How long one of them may take.",
        example: "chainweb: {probe: {peers: 5, timeout: 2s}}",
      },
      "nodes.chainweb.probe.concurrency": {
        meaning: "How many are asked at once.",
        example: "chainweb: {probe: {peers: 5, concurrency: 8}}",
      },
      "nodes.chainweb.probe.allow": {
        type: "list of address ranges",
        fallback: "none",
        meaning: "Ranges that may be dialled although they are not public.",
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
        meaning: "Where targets may be. [Patterns](probe.md#patterns).",
        example: '{allow: ["10.0.0.0/8:18081"], modules: {monero: {chain: monero}}}',
      },
      "probe.modules": {
        type: "mapping of names to modules",
        fallback: "none",
        meaning:
          "How targets of a kind are polled. A module takes what a node takes, without `name`, `url`, `interval`, `schedule` and URLs of the chain's block, and beside it the keys below.",
        example: "{modules: {monero: {chain: monero, timeout: 5s}}}",
      },
      "probe.concurrency": {
        meaning: "How many targets are polled at once; more get 503.",
        example: "{concurrency: 20}",
      },
    },
  },
  {
    title: "probe.modules",
    introduction: "What only a module has.",
    place: "module",
    keys: {
      "probe.modules.scheme": {
        fallback: "`https` with a `tls` block, else `http`",
        meaning: "Of a target that is written without one.",
        example: "scheme: https",
      },
      "probe.modules.hosts": {
        type: "list of patterns, at least one",
        fallback: "wherever `probe.allow` lets them be",
        meaning: "Where its targets must be. Required beside credentials, which go nowhere else.",
        example: 'hosts: ["*.nodes.example.com:443/monero/*"]',
      },
    },
  },
];
