// What node:http alone can do: one prepared Buffer for every request, or another one for those that take gzip.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [plainFile, gzipFile] = process.argv.slice(2);
const plain = prepared(plainFile, {});
const gzip = gzipFile === undefined ? plain : prepared(gzipFile, { "content-encoding": "gzip" });
const server = createServer(({ headers }, response) => {
  const answer = headers["accept-encoding"] === undefined ? plain : gzip;
  response.writeHead(200, answer.headers).end(answer.body);
});
server.listen(0, "127.0.0.1", () => process.stderr.write(`listens on http://127.0.0.1:${server.address().port}/\n`));

function prepared(file, encoding) {
  const body = readFileSync(file);
  const type = "text/plain; version=0.0.4; charset=utf-8";
  return { body, headers: { "content-type": type, "content-length": body.length, ...encoding } };
}
