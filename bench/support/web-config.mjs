// TLS and basic authentication for the exporter under test: a web configuration file, and what its client needs.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {{ tls: boolean, user: string | undefined }} options user: NAME:PASSWORD
 * @returns {Promise<{ args: readonly string[], scheme: "http" | "https", ca?: string, headers: Record<string, string> }>}
 */
export async function createWebConfig(scope, { tls, user }) {
  if (!tls && user === undefined) return { args: [], scheme: "http", headers: {} };
  const folder = await scope.folder();
  const file = join(folder, "web.yaml");
  const parts = { ...(tls ? tlsPart(folder) : {}), ...(user === undefined ? {} : await usersPart(user)) };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(parts));
  return {
    args: [`--web.config.file=${file}`],
    scheme: tls ? "https" : "http",
    ...(tls ? { ca: readFileSync(join(folder, "cert.pem"), "utf8") } : {}),
    headers: user === undefined ? {} : { authorization: `Basic ${Buffer.from(user).toString("base64")}` },
  };
}

function tlsPart(folder) {
  const [key_file, cert_file] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const args = ["req", "-x509", ...curve, "-keyout", key_file, "-out", cert_file, ...subject];
  const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl makes no certificate: ${stderr}`);
  return { tls_server_config: { cert_file, key_file } };
}

async function usersPart(user) {
  const { default: bcrypt } = await import("bcryptjs");
  const cut = user.indexOf(":");
  const [name, password] = [user.slice(0, cut), user.slice(cut + 1)];
  return { basic_auth_users: { [name]: await bcrypt.hash(password, 10) } };
}
