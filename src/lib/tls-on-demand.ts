/**
 * Node.js' TLS. Loaded by its first use, as it takes 4 MiB: most exporters speak plain HTTP to a node on the same machine.
 * An `import` of it would load it at the start.
 */
export function loadTls(): typeof import("node:tls") {
  return process.getBuiltinModule("node:tls");
}

/** HTTPS of Node.js, in the same way. */
export function loadHttps(): typeof import("node:https") {
  return process.getBuiltinModule("node:https");
}

/** Whether a socket has TLS; without loading TLS for the question. */
export function isTlsSocket(socket: object): boolean {
  return "encrypted" in socket;
}

/** Whether a server has TLS. */
export function isTlsServer(server: object): boolean {
  return "setSecureContext" in server;
}
