import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { acceptsGzip } from "./negotiate.ts";
import { type HttpResponse, type Request, wholeBody } from "./respond.ts";

/** A smaller response fits into one packet as it is. */
const MIN_COMPRESSED_BYTES = 1400;

/** Each takes a copy of its page and one of the four threads that also read files, resolve names and compress scrapes. */
const MAX_COMPRESSIONS = 2;

const compress = promisify(gzip);

export type Compress = (response: HttpResponse, headers: Request["headers"]) => HttpResponse | Promise<HttpResponse>;

/**
 * Compresses responses outside of the event loop, if the client accepts that and the size is worth it. While enough others
 * are being compressed, a response stays as it is.
 */
export function createCompressor(): Compress {
  let running = 0;
  return (response, headers) => {
    const { body } = response;
    if (body.kind === "streamed" || body.bytes < MIN_COMPRESSED_BYTES) return response;
    const varied = { ...response, headers: { ...response.headers, vary: varyOf(response.headers) } };
    const isAccepted = acceptsGzip(headers["accept-encoding"]);
    if (!isAccepted || running >= MAX_COMPRESSIONS) return varied;
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

function varyOf({ vary }: HttpResponse["headers"]): string {
  return vary === undefined ? "Accept-Encoding" : `${vary}, Accept-Encoding`;
}
