import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { join } from "node:path";
import * as z from "zod";
import { type Manifest, parseManifests } from "../../kubernetes/manifests.ts";
import { ask } from "../../support/ask.ts";
import { createAuthority } from "../../support/authority.ts";
import { freePort, startProcess, tempFolder, waitFor } from "../../support/servers.ts";

/** An API server of Kubernetes with its database, and nothing else: it checks and stores objects, but no pod is started. */

export type ApiServerPrograms = {
  readonly kubeApiserver: string;
  readonly etcd: string;
  /** The folder of the definitions of the Prometheus operator. */
  readonly definitions: string;
};

export type ApiServer = {
  /** Makes an object for others to rely on, or changes it. */
  apply(manifest: Manifest): Promise<void>;
  /** What the server says of an object that it is only to check, with its warnings; nothing when it accepts it without any. */
  problemsOf(manifest: Manifest): Promise<readonly string[]>;
  stop(): Promise<void>;
};

const resourceList = z.object({
  resources: z.array(z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
const status = z.looseObject({ message: z.string() });

export async function startApiServer({ kubeApiserver, etcd, definitions }: ApiServerPrograms): Promise<ApiServer> {
  const database = await startEtcd(etcd);
  const folder = tempFolder();
  const at = (name: string) => join(folder, name);
  const authority = await createAuthority();
  const { cert, key } = await authority.issue("127.0.0.1", "IP:127.0.0.1");
  writeFileSync(at("server.pem"), cert);
  writeFileSync(at("server.key"), key);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(at("accounts.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
  const token = randomBytes(16).toString("hex");
  writeFileSync(at("tokens.csv"), `${token},admin,admin,system:masters\n`);
  const port = await freePort();
  const server = await startProcess(kubeApiserver, [
    `--etcd-servers=${database.url}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${at("server.pem")}`,
    `--tls-private-key-file=${at("server.key")}`,
    `--token-auth-file=${at("tokens.csv")}`,
    "--authorization-mode=AlwaysAllow",
    // As in most clusters; Pod Security is what refuses such pods.
    "--allow-privileged=true",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${at("accounts.key")}`,
    `--service-account-signing-key-file=${at("accounts.key")}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    // Nothing makes the accounts that pods use, which a controller would do.
    "--disable-admission-plugins=ServiceAccount",
  ]);
  const agent = new Agent({ keepAlive: true, ca: authority.ca });

  async function call(method: "GET" | "PATCH", path: string, body?: unknown) {
    const answer = await ask(`https://127.0.0.1:${port}${path}`, {
      agent,
      method,
      headers: {
        authorization: `Bearer ${token}`,
        // JSON is YAML too.
        "content-type": method === "PATCH" ? "application/apply-patch+yaml" : "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const warnings = [answer.headers.warning ?? []].flat();
    return { code: answer.statusCode, text: answer.text, warnings };
  }

  /** Where objects of a kind are: /api/v1/namespaces/NAMESPACE/services. */
  async function pathOf({ apiVersion, kind, metadata }: Pick<Manifest, "apiVersion" | "kind" | "metadata">) {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { code, text } = await call("GET", root);
    if (code !== 200) throw new Error(`${root}: ${code} ${text}`);
    const { resources } = resourceList.parse(JSON.parse(text));
    const resource = resources.find((each) => each.kind === kind && !each.name.includes("/"));
    if (resource === undefined) throw new Error(`the server has no ${kind} in ${apiVersion}`);
    const within = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${root}${within}/${resource.name}`;
  }

  async function patch(manifest: Manifest, query: string) {
    const path = `${await pathOf(manifest)}/${manifest.metadata.name}`;
    return await call("PATCH", `${path}?fieldManager=test&fieldValidation=Strict&force=true${query}`, manifest);
  }

  const api: ApiServer = {
    async apply(manifest) {
      const { code, text } = await patch(manifest, "");
      if (code >= 300) throw new Error(text);
    },
    async problemsOf(manifest) {
      const { code, text, warnings } = await patch(manifest, "&dryRun=All");
      return code < 300 ? warnings : [...warnings, status.parse(JSON.parse(text)).message];
    },
    async stop() {
      agent.destroy();
      await server.stop();
      await database.stop();
    },
  };
  const patience = { timeoutMs: 240_000, program: server };
  await waitFor(async () => (await call("GET", "/readyz")).code === 200, "a ready API server", patience);
  const created = readdirSync(definitions).flatMap((name) =>
    parseManifests(readFileSync(join(definitions, name), "utf8")),
  );
  for (const definition of created) await api.apply(definition);
  await waitFor(
    async () => {
      const { code, text } = await call("GET", "/apis/monitoring.coreos.com/v1");
      return (
        code === 200 && resourceList.parse(JSON.parse(text)).resources.some(({ kind }) => kind === "PrometheusRule")
      );
    },
    "the kinds of the operator",
    patience,
  );
  return api;
}

async function startEtcd(program: string) {
  const [url, peers] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
  if (url === undefined) throw new Error("no port");
  const args = [
    ...[`--data-dir=${tempFolder()}`, "--name=one", "--unsafe-no-fsync", "--log-level=warn"],
    ...[`--listen-client-urls=${url}`, `--advertise-client-urls=${url}`],
    ...[`--listen-peer-urls=${peers}`, `--initial-advertise-peer-urls=${peers}`, `--initial-cluster=one=${peers}`],
  ];
  const etcd = await startProcess(program, args);
  const isHealthy = async () => (await fetch(`${url}/health`)).ok;
  await waitFor(isHealthy, "a healthy etcd", { timeoutMs: 60_000, program: etcd });
  return { url, stop: () => etcd.stop() };
}
