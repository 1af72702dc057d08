import { ALL_KEYS } from "./schema-keys.ts";

/** Which keys of a configuration hold secrets, from the schema: a new key has to be put somewhere here. */

const keys = [...ALL_KEYS];

/** `password`, where there is a `password_file` too. */
export const SECRET_KEYS = keys.filter((key) => ALL_KEYS.has(`${key}_file`));

export const SECRET_FILE_KEYS = [
  ...SECRET_KEYS.map((key) => `${key}_file`),
  ...["nodes.auth.cookie_file", "nodes.tls.key_file"],
];

/** Each with user, password, path and query. */
export const URL_KEYS = keys.filter((key) => /(?:\.|_)url$/.test(key));

/** Keys whose values may be shown: nobody writes a secret there. */
export const HARMLESS_KEYS = [
  ...["global", "global.interval", "global.timeout", "global.limits", "nodes.limits"],
  ...["bytes", "pieces", "depth", "containers", "keys", "strings", "numbers"].flatMap((limit) => [
    `global.limits.${limit}`,
    `nodes.limits.${limit}`,
  ]),
  ...["connections", "nodes.connections"].flatMap((block) => [
    block,
    ...["series", "max_per_node", "max_new_per_hour", "address"].map((key) => `${block}.${key}`),
  ]),
  ...["lag", "lag.min_support", "lag.reorg_depth", "references", "nodes"],
  // Modules have the keys of nodes.
  ...["probe", "probe.allow", "probe.modules", "probe.concurrency"],
  ...[
    "nodes.name",
    "nodes.chain",
    "nodes.network",
    "nodes.labels",
    "nodes.interval",
    "nodes.schedule",
    "nodes.timeout",
  ],
  ...["nodes.auth", "nodes.auth.basic", "nodes.auth.digest", "nodes.auth.bearer", "nodes.auth.header"],
  ...["nodes.auth.headers", "nodes.auth.headers.name", "nodes.host_header"],
  ...["global", "nodes"].flatMap((block) => [`${block}.no_proxy`, `${block}.proxy_from_environment`]),
  ...["nodes.auth.basic.username", "nodes.auth.digest.username", "nodes.auth.header.name"],
  // Certificates of authorities are public, as is the pin.
  ...[
    "nodes.tls",
    "nodes.tls.pin",
    "nodes.tls.ca_file",
    "nodes.tls.server_name",
    "nodes.tls.insecure",
    "nodes.tls.cert_file",
  ],
  ...[
    "nodes.wire",
    "nodes.wire.host_header",
    "nodes.monero",
    "nodes.bitcoin",
    "nodes.chainweb",
    "nodes.chainweb.network",
  ],
  ...["nodes.chainweb.mempool_peers", "nodes.chainweb.tip_age", "nodes.chainweb.probe", "nodes.chainweb.probe.peers"],
  ...["nodes.chainweb.probe.timeout", "nodes.chainweb.probe.concurrency", "nodes.chainweb.probe.allow"],
];
