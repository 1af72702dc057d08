// What polling a fleet takes at least: bare node sends the same requests at the same pace, parses the answers and forgets
// them. Started with the interval in milliseconds and the nodes' URLs.
import { Agent, request } from "node:http";

const [interval, ...urls] = process.argv.slice(2);

/** Turns come together on this grid, as in src/poll/scheduler.ts. */
const GRID_MS = 100;

const rpc = (method) => ({ path: "/json_rpc", body: JSON.stringify({ jsonrpc: "2.0", id: "0", method }) });
const CALLS = [rpc("get_info"), rpc("get_connections"), { path: "/get_net_stats", body: "{}" }];

function call(agent, url, { path, body }) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const asked = request(url + path, { agent, method: "POST", headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.once("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      answer.once("error", reject);
    });
    asked.once("error", reject);
    asked.end(body);
  });
}

for (const [index, url] of urls.entries()) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const poll = async () => {
    for (const each of CALLS) await call(agent, url, each);
  };
  setTimeout(
    () => {
      poll();
      setInterval(poll, Number(interval));
    },
    Math.floor((Number(interval) * index) / urls.length / GRID_MS) * GRID_MS,
  );
}
process.stderr.write("polls\n");
