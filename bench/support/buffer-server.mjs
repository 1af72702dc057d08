// What node:http alone can do: one prepared Buffer for every request.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const page = readFileSync(process.argv[2]);
const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "content-length": page.length };
const server = createServer((_request, response) => response.writeHead(200, headers).end(page));
server.listen(0, "127.0.0.1", () => process.stderr.write(`listens on http://127.0.0.1:${server.address().port}/\n`));
