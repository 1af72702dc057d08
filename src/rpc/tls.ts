import { createHash, timingSafeEqual, X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { buildConnector } from "undici";
import { describeFile, fileErrorCode } from "../lib/errno.ts";
import { files, MAX_FILE_BYTES } from "../lib/files/files.ts";
import { nodeError } from "../model/failure.ts";
import type { ConnectionSlot, ConnectionSlots } from "./connection-slots.ts";
import type { TlsVerification } from "./settings.ts";

type ConnectorOptions = {
  readonly tls: TlsVerification;
  /** For TCP and TLS together, in milliseconds. A silent port must not block: a chainweb node does not accept while it replays. */
  readonly timeoutMs: number;
  readonly socketPath?: string;
  /** How errors name the server. */
  readonly label: string;
  /** Bounds the connections to all nodes; undefined: not bounded. */
  readonly slots?: ConnectionSlots | undefined;
  /** Called when a dial starts. */
  readonly onDial: () => void;
  /** Called with a new connection and the end of the server's certificate, in unix seconds. */
  readonly onConnection: (socket: Socket, certificateExpirySeconds: number | undefined) => void;
};

type Connector = {
  readonly connect: buildConnector.connector;
  /** Ends a dial that is running. */
  abandon(): void;
  /** No request is running: `close` is called when another connection needs the slot. */
  idle(close: () => void): void;
  /** A request is running. */
  busy(): void;
};

/** The share of the connection timeout that may be spent on waiting for a slot. */
const SLOT_WAIT_SHARE = 1 / 2;

/**
 * Dials for undici. With a pin, the certificate is compared before undici gets the socket, so that a server with another
 * certificate receives no byte of a request. `checkServerIdentity` cannot do this: Node.js does not call it for a self-signed
 * certificate when verification is off.
 */
export function createConnector(options: ConnectorOptions): Connector {
  let dialling: AbortController | undefined;
  /** The slot of the connection that is open or being opened. */
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
      // A resumed session presents no certificate to compare with the pin.
      maxCachedSessions: 0,
      timeout: options.timeoutMs,
      socketPath: options.socketPath ?? null,
      signal: controller.signal,
    });
    // undici takes the server name from the Host header, which must not override the configured name.
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

/** Reads the CA file for each connection, so that a renewed one needs no restart. */
async function tlsOptions(tls: TlsVerification): Promise<DialTlsOptions> {
  if (tls.kind !== "ca") return { rejectUnauthorized: false };
  return {
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.caFile === undefined ? {} : { ca: await readCa(tls.caFile) }),
  };
}

async function readCa(path: string): Promise<string> {
  const advice = "check the content and the permissions of tls.ca_file";
  const bytes = await files.read(path, MAX_FILE_BYTES.tls).catch(async (error: unknown) => {
    throw nodeError(
      "tls",
      `cannot read ${await describeFile(path, error, "CA file")} (${fileErrorCode(error)})`,
      advice,
    );
  });
  const text = bytes.toString("utf8");
  // For an empty file Node.js would use the system's authorities.
  if (!containsCertificate(text)) throw nodeError("tls", `the CA file ${path} contains no PEM certificate`, advice);
  return text;
}

function containsCertificate(text: string): boolean {
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
