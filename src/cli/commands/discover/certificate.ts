import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";

/** The SHA-256 of the certificate that a server presents, as `tls.pin` takes it; undefined when it presents none in time. */
export function presentedPin(url: string, timeoutMs: number, end: AbortSignal): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port === "" ? 443 : port),
      // Nothing is sent over this connection, and whoever reads the pin is told to verify it.
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const give = (pin: string | undefined) => {
      end.removeEventListener("abort", giveUp);
      socket.destroy();
      resolve(pin);
    };
    const giveUp = () => give(undefined);
    end.addEventListener("abort", giveUp, { once: true });
    socket.setTimeout(timeoutMs, giveUp);
    socket.once("error", giveUp);
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerX509Certificate();
      give(certificate && createHash("sha256").update(certificate.raw).digest("base64url"));
    });
  });
}
