// What node:http alone can do: one prepared Buffer for every request, or another one for those that take gzip.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [plain, gzip = plain] = process.argv.slice(2).map((file) => prepared(readFileSync(file)));
if (gzip !== plain) gzip.headers["content-encoding"] = "gzip";
const server = createServer(({ headers }, response) => {
  const answer = headers["accept-encoding"] === undefined ? plain : gzip;
  response.writeHead(200, answer.headers).end(answer.body);
});
server.listen(0, "127.0.0.1", () => process.stderr.write(`listens on http://127.0.0.1:${server.address().port}/\n`));

function prepared(body) {
  return {
    body,
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "content-length": body.length },
  };
}
