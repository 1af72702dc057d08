import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../support/servers.ts";

/** Loaded before the exporter: names under .invalid, which no name server has, come from a file of ours. */
const PRELOAD = `
const dns = require("node:dns/promises");
const { readFileSync } = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const system = dns.lookup;
dns.lookup = async (name, options) => {
  if (!name.endsWith(".invalid")) return system(name, options);
  const address = JSON.parse(readFileSync(process.env.TEST_HOSTS, "utf8"))[name];
  if (address === undefined) throw Object.assign(new Error("getaddrinfo ENOTFOUND " + name), { code: "ENOTFOUND" });
  return options?.all ? [{ address, family: 4 }] : { address, family: 4 };
};
syncBuiltinESMExports();
`;

export type Hosts = {
  /** For the environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on the name resolves so; undefined: not at all. */
  set(name: string, address: string | undefined): void;
};

/** Names of a program of its own, as /etc/hosts and name servers belong to the machine. */
export function createHosts(): Hosts {
  const folder = tempFolder();
  const [preload, file] = [join(folder, "lookup.cjs"), join(folder, "hosts.json")];
  writeFileSync(preload, PRELOAD);
  const addresses = new Map<string, string | undefined>();
  return {
    env: { NODE_OPTIONS: `--require ${preload}`, TEST_HOSTS: file },
    set(name, address) {
      addresses.set(name, address);
      writeFileSync(file, JSON.stringify(Object.fromEntries(addresses)));
    },
  };
}
