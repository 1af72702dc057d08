/** What a simulated server receives and sends: HTTP without sockets. */

export type HttpRequest = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
};

export type HttpAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The connection is up, and nothing ever comes. */
  | { readonly kind: "hang" }
  /** An error of the system. */
  | { readonly kind: "fail"; readonly code: string };

export type Server = (request: HttpRequest) => HttpAnswer;

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return text(JSON.stringify(value), status, { "content-type": "application/json", ...headers });
}

export function text(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { kind: "answer", status, headers, body };
}

export const HANG: HttpAnswer = { kind: "hang" };

/** What makes a server, or a proxy in front of it, give no good answer at all. */
export const OUTAGES = {
  refused: { answer: { kind: "fail", code: "ECONNREFUSED" }, reason: "connect" },
  "bad gateway": { answer: text("<html>502 Bad Gateway</html>", 502, { server: "nginx" }), reason: "http" },
  unavailable: { answer: text("<html>503</html>", 503, { server: "nginx" }), reason: "http" },
  unauthorized: { answer: text("", 401), reason: "unauthorized" },
  "not json": { answer: text("<html>Welcome</html>"), reason: "bad_json" },
  "unknown name": { answer: { kind: "fail", code: "ENOTFOUND" }, reason: "dns" },
  silent: { answer: HANG, reason: "timeout" },
} as const satisfies Record<string, { readonly answer: HttpAnswer; readonly reason: string }>;

export type Outage = keyof typeof OUTAGES;

export function refusal(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** The fields of an object of unknown shape. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
