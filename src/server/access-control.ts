import type { Server as HttpsServer } from "node:https";
import type { TlsOptions } from "node:tls";
import type { Answer, Headers, Request } from "./respond.ts";

/** Stands before the routes: who comes in, and with which headers answers go out. */
export type Guard = {
  /**
   * Nothing when the request may come in, else what it is answered.
   * @param client under which name what it costs is counted, as addressGroup gives it
   */
  admit(handler: string, request: Request, client: string): Answer | undefined | Promise<Answer | undefined>;
  /** Whether a request that may come in tells who its client is: by a password or a verified certificate. */
  identifies(handler: string): boolean;
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
