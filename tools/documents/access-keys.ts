import type { Section } from "./key-section.ts";

/** The texts of docs/configuration.md for the blocks `auth` and `tls`. */

const PATH = "path of a file";
const SECRET = "text, secret";

export const ACCESS_SECTIONS: readonly Section[] = [
  {
    title: "auth",
    introduction: `For a node or module. Each secret is written here, comes from the environment as \`\${NAME}\`, or is in a \`…_file\`, which is read again when it is needed. Line ends after a secret and a byte order mark before it are dropped; files are UTF-8.`,
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
        meaning: "The password. Set one of the two.",
        example: `auth: {basic: {username: monitor, password: "\${NODE_PASSWORD}"}}`,
      },
      "nodes.auth.basic.password_file": {
        type: PATH,
        fallback: "the text",
        meaning: "File with the password.",
        example: "auth: {basic: {username: monitor, password_file: /run/secrets/password}}",
      },
      "nodes.auth.digest": {
        type: "mapping",
        fallback: "none",
        meaning: "HTTP digest authentication, for monerod's `rpc-login`.",
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
        meaning: "The password. Set one of the two.",
        example: `auth: {digest: {username: monitor, password: "\${NODE_PASSWORD}"}}`,
      },
      "nodes.auth.digest.password_file": {
        type: PATH,
        fallback: "the text",
        meaning: "File with the password.",
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
        meaning: "The token. Set one of the two.",
        example: `auth: {bearer: {token: "\${NODE_TOKEN}"}}`,
      },
      "nodes.auth.bearer.token_file": {
        type: PATH,
        fallback: "the text",
        meaning: "File with the token.",
        example: "auth: {bearer: {token_file: /run/secrets/token}}",
      },
      "nodes.auth.header": {
        type: "mapping",
        fallback: "none",
        meaning: "A custom header.",
        example: `auth: {header: {name: X-Api-Key, value: "\${NODE_TOKEN}"}}`,
      },
      "nodes.auth.header.name": {
        type: "name of a header",
        meaning: "Name of the header. Headers that HTTP itself needs, such as `Host`, are refused.",
        example: `auth: {header: {name: X-Api-Key, value: "\${NODE_TOKEN}"}}`,
      },
      "nodes.auth.header.value": {
        type: SECRET,
        fallback: "the file",
        meaning: "Value of the header. Set one of the two.",
        example: `auth: {header: {name: X-Api-Key, value: "\${NODE_TOKEN}"}}`,
      },
      "nodes.auth.header.value_file": {
        type: PATH,
        fallback: "the text",
        meaning: "File with the value.",
        example: "auth: {header: {name: X-Api-Key, value_file: /run/secrets/token}}",
      },
      "nodes.auth.headers": {
        type: "list of mappings with `name` and `value` or `value_file`",
        fallback: "none",
        meaning:
          "Further headers, at most 32, alone or with one of the other kinds except `header`: for gateways that want two, such as Cloudflare Access.",
        example: "auth: {headers: [{name: X-Api-Key, value_file: /run/secrets/token}]}",
      },
      "nodes.auth.headers.name": {
        type: "name of a header",
        meaning:
          "Name of the header, each at most once. `Authorization` is a login of its own, `Host` is `host_header` of the node, and headers that HTTP itself needs are refused.",
        example: "auth: {headers: [{name: X-Api-Key, value_file: /run/secrets/token}]}",
      },
      "nodes.auth.headers.value": {
        type: SECRET,
        fallback: "the file",
        meaning: "Value of the header. Set one of the two.",
        example: `auth: {headers: [{name: X-Api-Key, value: "\${NODE_TOKEN}"}]}`,
      },
      "nodes.auth.headers.value_file": {
        type: PATH,
        fallback: "the text",
        meaning: "File with the value.",
        example: "auth: {headers: [{name: X-Api-Key, value_file: /run/secrets/token}]}",
      },
      "nodes.auth.cookie_file": {
        type: PATH,
        fallback: "none",
        meaning:
          "File with `user:password`, which the node writes at each start; sent as basic authentication. Read for each request; it may be missing when the exporter starts.",
        example: "auth: {cookie_file: /run/secrets/cookie}",
      },
    },
  },
  {
    title: "tls",
    introduction: "For a node or module. Set one of `pin`, `ca_file` (with `server_name`) and `insecure`.",
    place: "node",
    keys: {
      "nodes.tls.pin": {
        type: "43 characters, or 64 hex digits with or without colons",
        fallback: "none",
        meaning:
          "The SHA-256 of the server's certificate: a Chainweb peer id, or the output of `openssl x509 -fingerprint -sha256`. The exporter checks nothing else, and sends nothing to a server with another certificate.",
        example: '{url: "https://127.0.0.1:1789", tls: {pin: 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU}}',
      },
      "nodes.tls.ca_file": {
        type: PATH,
        fallback: "the system's authorities",
        meaning: "Certificate authorities to verify the certificate with, as PEM.",
        example: '{url: "https://127.0.0.1:1789", tls: {ca_file: /run/secrets/ca.pem}}',
      },
      "nodes.tls.server_name": {
        fallback: "the URL's host",
        meaning: "Expected name in the certificate.",
        example: '{url: "https://127.0.0.1:1789", tls: {server_name: kadena.internal}}',
      },
      "nodes.tls.insecure": {
        fallback: "`false`",
        meaning:
          "`true`: no verification. Anyone between the exporter and the node can read the credentials and change the responses.",
        example: '{url: "https://127.0.0.1:1789", tls: {insecure: true}}',
      },
      "nodes.tls.cert_file": {
        type: PATH,
        fallback: "none",
        meaning:
          "The client certificate, for servers that require one, with or without any of the keys above. PEM, with its chain if the server needs it. Changed files are used from the next request on, as soon as certificate and key belong together. In a module it requires `hosts`. See [client certificates](troubleshooting.md#client-certificates).",
        example:
          '{url: "https://127.0.0.1:1789", tls: {cert_file: /run/secrets/client.crt, key_file: /run/secrets/client.key}}',
      },
      "nodes.tls.key_file": {
        type: PATH,
        fallback: "none",
        meaning: "The key of the client certificate: PEM, without passphrase. It may be the same file.",
        example:
          '{url: "https://127.0.0.1:1789", tls: {cert_file: /run/secrets/client.crt, key_file: /run/secrets/client.key}}',
      },
    },
  },
];
