// What to check first for each failure reason. Made from tools/failure-checks.ts by `npm run rules`.
[
  { reasons: 'dns', check: "Check the host name in url, and the name servers of the exporter's machine." },
  { reasons: 'connect|timeout', check: "Check that the node runs, has ended its replay, and can be reached from the exporter's machine." },
  { reasons: 'tls|tls_pin', check: "Check the node's certificate, and tls in the configuration." },
  { reasons: 'unauthorized', check: 'Check the login or token in the configuration.' },
  { reasons: 'not_found|unavailable|bad_json|bad_shape', check: 'Check that url leads to the node, and that the node offers this API there.' },
  { reasons: 'host_header', check: 'Set host_header in the configuration.' },
  { reasons: 'rate_limited|busy', check: 'Wait if the node is starting or syncing, else poll it less often.' },
  { reasons: 'http|rpc', check: "Read the node's own log, and that of a proxy in front of it." },
  { reasons: 'too_large', check: 'Check that url leads to the node, or raise limits in the configuration.' },
  { reasons: 'wrong_network', check: 'The url leads to a node of another network: check url and network.' },
  { reasons: 'internal', check: 'This is a bug in the exporter: report it with the stack from its log.' },
]
