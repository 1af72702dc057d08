import type { X509Certificate } from "node:crypto";
import { type IncomingHttpHeaders, request as openHttp } from "node:http";
import { request as openHttps, type RequestOptions } from "node:https";
import { TLSSocket } from "node:tls";

type Answer = {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** Of the server. */
  readonly certificate: X509Certificate | undefined;
};

/** One request for what `fetch` does not do: unix sockets, own authorities, paths as they are. On a connection of its own by default. */
export function ask(
  url: string,
  { body, ...options }: RequestOptions & { readonly body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const open = url.startsWith("https:") ? openHttps : openHttp;
    const sent = open(url, { agent: false, ...options }, (answer) => {
      const { socket } = answer;
      const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => void chunks.push(chunk));
      answer.once("error", reject);
      answer.once("end", () => {
        const whole = Buffer.concat(chunks);
        const { statusCode = 0, headers } = answer;
        resolve({ statusCode, headers, body: whole, text: whole.toString(), certificate });
      });
    });
    sent.once("error", reject);
    sent.end(body);
  });
}
