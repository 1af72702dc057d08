/**
 * `--node NAME=CHAIN+URL`, for example `monero-1=monero+http://127.0.0.1:18081`: a node without a file, for sidecars.
 * The parts are checked like those of a file.
 * @throws Error that does not repeat the URL, as it may hold a token
 */
export function parseNodeFlag(text: string): Readonly<Record<"name" | "chain" | "url", string>> {
  const match = /^([^=+/?]+)=([a-z]+)\+(.+)$/.exec(text);
  const [, name, chain, url] = match ?? [];
  if (name === undefined || chain === undefined || url === undefined) {
    throw new Error("expected NAME=CHAIN+URL, for example monero-1=monero+http://127.0.0.1:18081");
  }
  return { name, chain, url };
}
