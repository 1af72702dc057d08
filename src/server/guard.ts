import type { Server as HttpsServer } from "node:https";
import type { TlsOptions } from "node:tls";
import type { Answer, Headers, Request } from "./answer.ts";

/** Stands before the routes: who comes in, and with which headers answers go out. */
export type Guard = {
  /** Nothing when the request may come in, else what it is answered. */
  admit(handler: string, request: Request): Answer | undefined | Promise<Answer | undefined>;
  /** The headers of an answer as they are sent. */
  dress(own: Headers): Headers;
};

/** How the exporter is reached, where that is more than plain HTTP for everybody. */
export type Access = {
  readonly guard: Guard;
  /** What an HTTPS server begins with; undefined: plain HTTP. */
  readonly tls: TlsOptions | undefined;
  /** Brings later changes to a server. */
  keep(server: HttpsServer): void;
};
