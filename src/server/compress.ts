import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Answer, type Request, wholeBody } from "./answer.ts";
import { acceptsGzip } from "./negotiate.ts";

/** Less is sent in one packet as it is. */
const WORTH_BYTES = 1400;

const compress = promisify(gzip);

/** The answer compressed, outside of the event loop, where the client takes that and it is worth it. */
export function compressed(answer: Answer, headers: Request["headers"]): Answer | Promise<Answer> {
  const { body } = answer;
  if (body.kind === "streamed" || body.bytes < WORTH_BYTES) return answer;
  const varied = { ...answer, headers: { ...answer.headers, vary: "Accept-Encoding" } };
  if (!acceptsGzip([headers["accept-encoding"] ?? []].flat().join(","))) return varied;
  return compress(Buffer.concat(body.chunks), { level: 1 }).then((bytes) => ({
    ...varied,
    headers: { ...varied.headers, "content-encoding": "gzip" },
    body: wholeBody([bytes]),
  }));
}
