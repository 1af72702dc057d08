import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { acceptsGzip } from "./negotiate.ts";
import { type Answer, type Request, wholeBody } from "./respond.ts";

/** Less is sent in one packet as it is. */
const WORTH_BYTES = 1400;

/** Each takes a thread, of which there are four for files, names and scrapes too, and a copy of its answer. */
const AT_A_TIME = 2;

const compress = promisify(gzip);

export type Compressor = (answer: Answer, headers: Request["headers"]) => Answer | Promise<Answer>;

/**
 * Gives answers compressed, outside of the event loop, where the client takes that and it is worth it, as they are while
 * enough others are compressed.
 */
export function createCompressor(atATime = AT_A_TIME): Compressor {
  let running = 0;
  return (answer, headers) => {
    const { body } = answer;
    if (body.kind === "streamed" || body.bytes < WORTH_BYTES) return answer;
    const varied = { ...answer, headers: { ...answer.headers, vary: "Accept-Encoding" } };
    if (!acceptsGzip([headers["accept-encoding"] ?? []].flat().join(",")) || running >= atATime) return varied;
    running += 1;
    return compress(Buffer.concat(body.chunks), { level: 1 })
      .then((bytes) => ({
        ...varied,
        headers: { ...varied.headers, "content-encoding": "gzip" },
        body: wholeBody([bytes]),
      }))
      .finally(() => {
        running -= 1;
      });
  };
}
