import { createHash, timingSafeEqual, X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { buildConnector } from "undici";
import { describeFile, fileErrorCode } from "../lib/errno.ts";
import { files, MAX_FILE_BYTES } from "../lib/files/files.ts";
import { nodeError } from "../model/failure.ts";
import type { ConnectionSlot, ConnectionSlots } from "./connection-slots.ts";
import type { TlsVerification } from "./settings.ts";

export type ConnectorOptions = {
  readonly tls: TlsVerification;
  /** Covers TCP and TLS together: a silent port must not hang (a chainweb node accepts nothing while it replays). */
  readonly timeoutMs: number;
  readonly socketPath?: string;
  /** How errors name the server. */
  readonly label: string;
  /** Bounds the connections to all nodes; undefined: not bounded. */
  readonly slots?: ConnectionSlots | undefined;
  /** Told when a dial begins, and, with the end of the server's certificate in unix seconds, of what it gave. */
  readonly onDial: () => void;
  readonly onConnection: (socket: Socket, certificateExpirySeconds: number | undefined) => void;
};

export type Connector = {
  readonly connect: buildConnector.connector;
  /** Ends a dial that is under way. */
  abandon(): void;
  /** Nothing is asked over the connection now: `close` is called when another one needs its place. */
  idle(close: () => void): void;
  /** Something is asked again. */
  busy(): void;
};

/** Of the time for a connection, this part may be spent on waiting for a slot. */
const SLOT_WAIT_SHARE = 1 / 2;

/**
 * Dials for undici. With a pin, the certificate is compared before undici gets the socket, so that not one byte of a
 * request reaches a server with another certificate. `checkServerIdentity` cannot do this: Node never calls it for a
 * self-signed certificate when verification is off.
 */
export function createConnector(options: ConnectorOptions): Connector {
  let dialling: AbortController | undefined;
  /** Of the connection that is open or being opened. */
  let slot: ConnectionSlot | undefined;

  async function dial(target: buildConnector.Options, done: buildConnector.Callback): Promise<void> {
    const controller = new AbortController();
    dialling = controller;
    options.onDial();
    const own = await options.slots?.acquire(options.timeoutMs * SLOT_WAIT_SHARE, controller.signal);
    slot = own;
    const fail = (error: Error) => {
      own?.release();
      done(error, null);
    };
    await open(controller, target, (...[error, socket]) => {
      if (error !== null) return fail(error);
      socket.once("close", () => own?.release());
      done(null, socket);
    }).catch(fail);
  }

  async function open(
    controller: AbortController,
    target: buildConnector.Options,
    done: buildConnector.Callback,
  ): Promise<void> {
    const { servername = target.servername, ...tls } = await tlsOptions(options.tls);
    const { default: createDialler } = await import("undici/lib/core/connect.js");
    controller.signal.throwIfAborted();
    const connect = createDialler({
      ...tls,
      // A resumed session presents no certificate, so nothing could be compared with the pin.
      maxCachedSessions: 0,
      timeout: options.timeoutMs,
      socketPath: options.socketPath ?? null,
      signal: controller.signal,
    });
    // undici names the server after the Host header, which must not win over the configured name.
    connect({ ...target, ...(servername === undefined ? {} : { servername }) }, (...[error, socket]) => {
      dialling = undefined;
      if (error !== null) return done(error, null);
      const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
      const refusal =
        options.tls.kind === "pin" ? pinRefusal(options.tls.sha256, certificate, options.label) : undefined;
      if (refusal !== undefined) {
        socket.destroy();
        return done(refusal, null);
      }
      options.onConnection(socket, certificate && expirySeconds(certificate));
      done(null, socket);
    });
  }

  return {
    connect: (target, done) => void dial(target, done).catch((error: Error) => done(error, null)),
    abandon: () => dialling?.abort(),
    idle: (close) => slot?.idle(close),
    busy: () => slot?.busy(),
  };
}

type DialTlsOptions = { ca?: string; servername?: string; rejectUnauthorized?: boolean };

/** The CA file is read at each connection, so that a renewed one needs no restart. */
async function tlsOptions(tls: TlsVerification): Promise<DialTlsOptions> {
  if (tls.kind !== "ca") return { rejectUnauthorized: false };
  return {
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.caFile === undefined ? {} : { ca: await readCa(tls.caFile) }),
  };
}

async function readCa(path: string): Promise<string> {
  const advice = "check tls.ca_file, its content and its rights";
  const bytes = await files.read(path, MAX_FILE_BYTES.tls).catch(async (error: unknown) => {
    throw nodeError(
      "tls",
      `cannot read ${await describeFile(path, error, "CA file")} (${fileErrorCode(error)})`,
      advice,
    );
  });
  const text = bytes.toString("utf8");
  // Node would fall back to the system's authorities for an empty file.
  if (!holdsCertificate(text)) throw nodeError("tls", `the CA file ${path} holds no certificate in PEM form`, advice);
  return text;
}

function holdsCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

function expirySeconds({ validTo }: X509Certificate): number | undefined {
  const end = Date.parse(validTo);
  return Number.isNaN(end) ? undefined : end / 1000;
}

function pinRefusal(want: Buffer, certificate: X509Certificate | undefined, label: string): Error | undefined {
  if (certificate === undefined) {
    return nodeError("tls_pin", `${label} presented no certificate to compare with the pin`, "use an https:// URL");
  }
  const got = createHash("sha256").update(certificate.raw).digest();
  if (got.length === want.length && timingSafeEqual(got, want)) return undefined;
  return nodeError(
    "tls_pin",
    `${label} presented a certificate with the id ${got.toString("base64url")}, expected ${want.toString("base64url")}`,
    "if the node was restarted with a new certificate, check that id on the node itself and set tls.pin to it; " +
      "a chainweb node keeps its id only with p2p certificateChainFile and keyFile",
  );
}
