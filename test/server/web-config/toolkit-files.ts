/**
 * Web configuration files and what exporter-toolkit 0.20.0 does with each (`web.Validate`, built with Go 1.26), by what they are
 * about. `PKI` is a folder with server, client and authority. `differs` is what this exporter does otherwise; docs/security.md has
 * the reasons.
 */
type Files = readonly [about: string, text: string, differs?: "refused here" | "accepted here"][];

const HASH = "mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze";

const tls = (...rows: readonly string[]) =>
  `tls_server_config:\n  cert_file: PKI/ec.crt\n  key_file: PKI/ec.key\n${rows.map((row) => `  ${row}\n`).join("")}`;
const pair = (cert: string, key: string) => `tls_server_config: {cert_file: PKI/${cert}, key_file: PKI/${key}}\n`;
const clients = (type: string, ...rows: readonly string[]) => tls(`client_auth_type: ${type}`, ...rows);
const http2 = (value: string) => `http_server_config: {http2: ${value}}\n`;
const header = (name: string, value: string) => `http_server_config:\n  headers:\n    ${name}: ${value}\n`;
const user = (name: string, prefix = "$2y$10$") => `basic_auth_users:\n  ${name}: "${prefix}${HASH}"\n`;
const rate = (interval: string, burst = "2") => `rate_limit:\n  interval: ${interval}\n  burst: ${burst}\n`;
const CA = "client_ca_file: PKI/authority.crt";
const VERIFY = "RequireAndVerifyClientCert";

export const ACCEPTED: Files = [
  ["nothing", ""],
  ["a comment", "# nothing\n"],
  ["null", "~\n"],
  ["an empty mapping", "{}\n"],
  ["sections without values", "tls_server_config:\nhttp_server_config: ~\nbasic_auth_users: null\nrate_limit: NULL\n"],
  [
    "empty sections",
    "tls_server_config: {}\nbasic_auth_users: {}\nrate_limit: {}\nhttp_server_config: {headers: {}}\n",
  ],
  ["line ends of Windows", rate("1s").replaceAll("\n", "\r\n")],
  ["line ends of old Macs", rate("1s").replaceAll("\n", "\r")],
  ["a byte order mark", `\ufeff${rate("1s")}`],
  ["a start mark", `---\n${rate("1s")}`],
  ["a directive", `%YAML 1.1\n---\n${rate("1s")}`],
  ["a second document", `${rate("1s")}---\n${user("alice")}`],
  ["a second document that is broken", `${rate("1s")}---\n@\n`],
  ["what follows the end mark", `${rate("1s")}...\nunknown: 1\n`],
  ["flow style", '{"rate_limit": {"interval": "1s", "burst": 2,},}\n'],
  ["a question mark", "? rate_limit\n: {burst: 1}\n"],

  ["a certificate", tls()],
  ["an RSA key", pair("rsa.crt", "rsa.key")],
  ["an RSA key of PKCS#1", pair("rsa.crt", "rsa1.key")],
  ["an EC key of SEC 1", pair("ec.crt", "sec1.key")],
  ["an Ed25519 key", pair("ed25519.crt", "ed25519.key")],
  ["a chain", pair("chain.crt", "ec.key")],
  ["a chain with a certificate that cannot be read", pair("broken-chain.crt", "ec.key")],
  ["text before PEM", pair("text.crt", "ec.key")],
  ["both in one file", pair("both.pem", "both.pem")],
  ["line ends of Windows in PEM", pair("crlf.crt", "ec.key")],
  ["a file beside content", tls("cert: text", "key: text")],
  ["empty content beside files", tls('cert: ""', "key: ~", "client_ca: ''", "client_ca_file:")],
  ["an empty type", clients('""')],
  ["no type", clients("~")],
  ["NoClientCert", clients("NoClientCert")],
  ["RequestClientCert", clients("RequestClientCert")],
  ["RequireAnyClientCert", clients("RequireAnyClientCert")],
  ["the older name", clients("RequireClientCert")],
  ["VerifyClientCertIfGiven", clients("VerifyClientCertIfGiven", CA)],
  ["RequireAndVerifyClientCert", clients(VERIFY, CA)],
  ["a type between quotes", clients(`'${VERIFY}'`, CA)],
  ["an authority for nobody who is verified", clients("RequestClientCert", CA)],
  ["an authority in place of its file", clients(VERIFY, "client_ca: text", CA)],
  ["an authority without certificate", clients(VERIFY, "client_ca: junk")],
  ["a file without certificate", clients("VerifyClientCertIfGiven", "client_ca_file: PKI/ec.key")],
  ["optional verification by the system", clients("VerifyClientCertIfGiven")],
  ["verification by the system", clients(VERIFY), "refused here"],
  ["verification by the system, with names", clients(VERIFY, "client_allowed_sans: [prometheus.example.org]")],
  ["names", clients(VERIFY, CA, "client_allowed_sans: [prometheus.example.org, 192.0.2.1, 'spiffe://a/b', a@b.c]")],
  ["names that are no texts", clients(VERIFY, CA, "client_allowed_sans: [1, yes, ~, '', 2001-01-01]")],
  ["no names", clients(VERIFY, CA, "client_allowed_sans: []")],
  ["names without type", tls("client_allowed_sans: [a]")],
  ["names with NoClientCert", clients("NoClientCert", "client_allowed_sans: [a]")],
  ["names with RequestClientCert", clients("RequestClientCert", "client_allowed_sans: [a]")],
  ["names with RequireAnyClientCert", clients("RequireAnyClientCert", "client_allowed_sans: [a]")],
  ["names with VerifyClientCertIfGiven", clients("VerifyClientCertIfGiven", CA, "client_allowed_sans: [a]")],
  ["TLS10", tls("min_version: TLS10")],
  ["versions that are null", tls("min_version: ~", "max_version:")],
  ["min above max", tls("min_version: TLS13", "max_version: TLS12")],
  ["max below the default of min", tls("max_version: TLS11")],
  ["a suite", tls("max_version: TLS12", "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]")],
  ["a suite of TLS 1.3", tls("cipher_suites: [TLS_AES_128_GCM_SHA256]")],
  ["a suite of another key", tls("cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]")],
  ["no suites", tls("cipher_suites: []", "curve_preferences: []")],
  ["an empty suite", tls("cipher_suites:", "- ", "- TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")],
  ["curves", tls("curve_preferences: [CurveP384, X25519]")],
  ["a curve twice", tls("curve_preferences: [X25519, X25519]")],
  ["prefer_server_cipher_suites", tls("prefer_server_cipher_suites: No")],
  ["only versions", "tls_server_config: {min_version: TLS12, max_version: TLS13}\n"],
  ["only names", "tls_server_config: {client_allowed_sans: [a]}\n"],
  ["only a suite", "tls_server_config: {cipher_suites: [TLS_AES_128_GCM_SHA256]}\n"],
  ...["yes", "Yes", "YES", "no", "on", "Off", "OFF", "y", "N", "true", "False", "~", "", "!!bool 'yes'"].map(
    (value) => [`http2: ${value}`, http2(value)] satisfies [string, string],
  ),

  ...["1", "1.0", "yes", "'1; mode=block'", "~", "''", "0x1F", "2001-01-01", "!!str 5", ".inf"].map(
    (value) => [`X-XSS-Protection: ${value}`, header("X-XSS-Protection", value)] satisfies [string, string],
  ),
  ["a folded header", header("Content-Security-Policy", ">\n      default-src 'none';\n      img-src 'self'")],
  [
    "a header of several lines",
    header("Content-Security-Policy", "|\n      default-src 'none';\n      img-src 'self'"),
  ],
  ["a header with a line break", header("X-XSS-Protection", '"1\\r\\nSet-Cookie: a=b"')],
  ["a header beyond ASCII", header("X-XSS-Protection", "é")],
  ["a header with a control character", header("X-XSS-Protection", '"\\x01"'), "refused here"],
  ["X-Frame-Options", header("X-Frame-Options", "sameorigin")],
  ["X-Content-Type-Options", header("X-Content-Type-Options", "nosniff")],

  ...["$2$10$", "$2a$10$", "$2b$10$", "$2x$10$", "$2z$10$", "$2b$+5$", "$2b$04$", "$2b$17$"].map(
    (prefix) => [`a hash ${prefix}`, user("alice", prefix)] satisfies [string, string],
  ),
  ["a hash $2b$18$", user("alice", "$2b$18$"), "refused here"],
  ["a hash $2b$31$", user("alice", "$2b$31$"), "refused here"],
  ["a longer hash", `basic_auth_users: {alice: $2b$10$${HASH}abc}\n`],
  ["a hash with a line end", `basic_auth_users:\n  alice: |\n    $2b$10$${HASH}\n`],
  ["a hash that is one character short", `basic_auth_users: {alice: "$2b$10$${HASH.slice(1)}"}\n`],
  ["a hash of other characters", `basic_auth_users: {alice: "$2b$10$${HASH.replace("mDwo", "!!!!")}"}\n`],
  ...["''", "~", "123", "yes", "'a:b'", '"a\\tb"', "é", "__proto__", "constructor", "&a bob", "!!binary Ym9i"].map(
    (name) => [`a user ${name}`, user(name)] satisfies [string, string],
  ),
  ["an alias", "basic_auth_users: {alice: &a $2y$10$HASH, bob: *a}\n".replace("HASH", HASH)],
  ["merged users", `basic_auth_users: {<<: {alice: $2y$10$${HASH}}, bob: $2y$10$${HASH}}\n`],
  ["a merged key that is set again", "http_server_config: {<<: {http2: no}, http2: yes}\n"],
  ["merged sections", "rate_limit: {interval: 1s}\n<<: {rate_limit: {burst: 5}}\n"],

  ...[
    "1s",
    "100ms",
    "1m30s",
    "1.5h",
    ".5s",
    "1.s",
    "-1s",
    "+1s",
    "0",
    "0s",
    "1us",
    "1µs",
    "1000000000",
    "1_000_000",
    "0x3B9ACA00",
  ].map((interval) => [`an interval of ${interval}`, rate(interval)] satisfies [string, string]),
  ...["0777", "1e9", "1.9", ".5", "-5", "~", "!!int '5'", "!!float 5", "09", "0b11", "2562047h"].map(
    (interval) => [`an interval of ${interval}`, rate(interval)] satisfies [string, string],
  ),
  ...["0", "-1", "1.5", "0o17", "0x1F", "0b11", "1_000", "1e3", "~", "9223372036854775807", "-.inf"].map(
    (burst) => [`a burst of ${burst}`, rate("1s", burst)] satisfies [string, string],
  ),
  ["no burst", "rate_limit: {interval: 1s}\n"],
  ["no interval", "rate_limit: {burst: 2}\n"],
];

export const REFUSED: Files = [
  ["a list", "- a\n"],
  ["a text", "text\n"],
  ["an unknown key", `${tls()}foo: 1\n`],
  ["a key of the wrong case", "Rate_Limit: {}\n"],
  ["a place for an anchor", "x-a: &a 1\n"],
  ["a key twice", "rate_limit: {}\nrate_limit: {}\n"],
  ["a key twice, once in quotes", "rate_limit: {burst: 1, 'burst': 1}\n"],
  ["an alias without anchor", "rate_limit: {burst: *a}\n"],
  ["a mapping that is merged into itself", "http_server_config: &a {<<: *a}\n"],
  ["a merge without a mapping", "http_server_config: {<<: x}\n"],
  ["a merge with an unknown key", "http_server_config: {<<: {foo: 1}}\n"],
  ["a user who is merged and set", `basic_auth_users: {<<: {bob: $2y$10$${HASH}}, bob: $2y$10$${HASH}}\n`],
  ["a tab", "rate_limit:\n\tburst: 1\n"],
  ["another version of YAML", "%YAML 1.2\n---\nrate_limit: {}\n"],
  ["another directive", "%FOO\n---\nrate_limit: {}\n"],
  ["an end mark first", "...\nrate_limit: {}\n"],
  ["a bracket too many", "rate_limit:\n  burst: 1\n}\nbasic_auth_users: {}\n"],
  ["a control character", "# \u0001\n"],
  ["a tag that the value is not of", "rate_limit: {burst: !!int x}\n"],
  ["a section of another type", "tls_server_config: text\n"],
  ["a section as a list", "basic_auth_users: [alice]\n"],
  ["a section between quotes", "rate_limit: ''\n"],

  ["no key", "tls_server_config: {cert_file: PKI/ec.crt}\n"],
  ["no certificate", "tls_server_config: {key_file: PKI/ec.key}\n"],
  ["only a type", "tls_server_config: {client_auth_type: NoClientCert}\n"],
  ["only an authority", "tls_server_config: {client_ca_file: PKI/authority.crt}\n"],
  ["another key", pair("ec.crt", "rsa.key")],
  ["a key with passphrase", pair("ec.crt", "locked.key")],
  ["certificate and key exchanged", pair("ec.key", "ec.crt")],
  ["a missing file", pair("none.crt", "ec.key")],
  ["a missing file beside content", "tls_server_config: {cert: x, cert_file: none, key_file: PKI/ec.key}\n"],
  ["another label of PEM", pair("trusted.crt", "ec.key")],
  ["an Ed448 key", pair("ed448.crt", "ed448.key"), "accepted here"],
  ["an authority without type", tls(CA)],
  ["an authority without type, of junk", tls("client_ca: junk")],
  ["a missing authority", clients(VERIFY, "client_ca_file: none")],
  ["an unknown type", clients("Foo")],
  ["a type of the wrong case", clients(VERIFY.toLowerCase())],
  ["names as a text", clients(VERIFY, CA, "client_allowed_sans: a")],
  ["an unknown TLS key", tls("insecure_skip_verify: true")],
  ...["SSL30", "TLS1.2", "1.2", "tls12", "''", "NULL"].map(
    (name) => [`min ${name}`, tls(`min_version: ${name}`)] satisfies [string, string],
  ),
  ...["TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "''", "NULL"].map(
    (name) => [`suite ${name}`, tls(`cipher_suites: [${name}]`)] satisfies [string, string],
  ),
  ["a suite as a text", tls("cipher_suites: TLS_AES_128_GCM_SHA256")],
  ["an unknown suite without certificate", "tls_server_config: {cipher_suites: [FOO]}\n"],
  ...["X25519MLKEM768", "P256", "x25519"].map(
    (name) => [`curve ${name}`, tls(`curve_preferences: [${name}]`)] satisfies [string, string],
  ),
  ...["'true'", "1", "yEs", "!!str yes", "! yes", "[]", "2001-01-01"].map(
    (value) => [`http2: ${value}`, http2(value)] satisfies [string, string],
  ),
  ["prefer_server_cipher_suites", tls("prefer_server_cipher_suites: 'yes'")],

  ["an unknown header", header("X-Foo", "bar")],
  ["a header of the wrong case", header("x-frame-options", "deny")],
  ["a header twice", header("X-XSS-Protection", "1\n    X-XSS-Protection: 1")],
  ...["DENY", "''", "~", "'deny '", "allow-from a"].map(
    (value) => [`X-Frame-Options: ${value}`, header("X-Frame-Options", value)] satisfies [string, string],
  ),
  ["X-Content-Type-Options", header("X-Content-Type-Options", "''")],
  ["a header as a list", header("X-XSS-Protection", "[1]")],

  ["a password", "basic_auth_users: {alice: secret}\n"],
  ["a user without hash", "basic_auth_users: {alice: }\n"],
  ["a user twice", `${user("alice")}  alice: $2y$10$${HASH}\n`],
  ["a user twice, once in quotes", `${user("1")}  '1': $2y$10$${HASH}\n`],
  ...["$2b$03$", "$2b$32$", "$2b$1$", "$3b$10$", "#2b$10$", "$2b$ 5$", "  $2b$10$"].map(
    (prefix) => [`a hash ${prefix}`, user("alice", prefix)] satisfies [string, string],
  ),
  ["a cut hash", `basic_auth_users: {alice: "$2b$10$${HASH.slice(2)}"}\n`],
  ["a hash of another kind", 'basic_auth_users: {alice: "$apr1$aaaaaaaa$bbbbbbbbbbbbbbbbbbbbbb"}\n'],

  ...[
    "1d",
    "''",
    "1 s",
    "1S",
    "s",
    "1s1",
    "1e3s",
    "1:30",
    "yes",
    "'5'",
    "!!str 5",
    "2562048h",
    "9223372036854775808",
    "[]",
  ].map((interval) => [`an interval of ${interval}`, rate(interval)] satisfies [string, string]),
  ...["x", "'5'", "1s", "1:30", "yes", ".nan", "1e400", "18446744073709551616", "2001-01-01"].map(
    (burst) => [`a burst of ${burst}`, rate("1s", burst)] satisfies [string, string],
  ),
];
