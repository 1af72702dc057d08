import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "./certificates.ts";
import { requireProgram, run, tempFolder } from "./servers.ts";

/** A certificate authority of its own, as a company has one. */
export type Authority = {
  /** Its certificate, in PEM form. */
  readonly ca: string;
  readonly caFile: string;
  /**
   * @param commonName "": a certificate without subject
   * @param altNames as openssl writes them: DNS:example.org, IP:127.0.0.1
   * @param days of validity; 0 gives a certificate that has expired when it is first used
   */
  issue(commonName: string, altNames: string, days?: number): Promise<Certificate>;
};

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export async function createAuthority(): Promise<Authority> {
  const folder = tempFolder();
  const at = (name: string) => join(folder, name);
  const openssl = async (...args: readonly string[]) => {
    const { code, stdout, output } = await run(requireProgram("openssl"), args);
    if (code !== 0) throw new Error(`openssl ended with ${code}: ${output}`);
    return stdout;
  };
  await openssl("req", "-x509", ...NEW_KEY, "-subj", "/CN=CA", "-keyout", at("ca.key"), "-out", at("ca.pem"));
  let count = 0;
  return {
    ca: await openssl("x509", "-in", at("ca.pem")),
    caFile: at("ca.pem"),
    async issue(commonName, altNames, days = 9) {
      count += 1;
      const own = (kind: string) => at(`${count}.${kind}`);
      writeFileSync(own("ext"), `subjectAltName=${altNames}\n`);
      await openssl(
        "req",
        ...NEW_KEY,
        "-subj",
        commonName === "" ? "/" : `/CN=${commonName}`,
        "-keyout",
        own("key"),
        "-out",
        own("csr"),
      );
      const authority = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-set_serial", String(1000 + count)];
      const cert = await openssl(
        "x509",
        "-req",
        "-in",
        own("csr"),
        ...authority,
        "-days",
        String(days),
        "-extfile",
        own("ext"),
      );
      return { cert, key: await openssl("pkey", "-in", own("key")) };
    },
  };
}
