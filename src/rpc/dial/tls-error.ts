/**
 * TLS failed, and it is known why. Without anything secret; texts of the server are cut and harmless. It has no `code`: after
 * ERR_TLS_CERT_ALTNAME_INVALID undici 7 believes that a request is running, and dials no more (client.js handleConnectError).
 */
export class TlsError extends Error {
  /** What was found, without the server. */
  readonly finding: string;
  /** What the operator can change. */
  readonly advice: string;

  constructor(finding: string, advice: string) {
    super(finding);
    this.name = "TlsError";
    this.finding = finding;
    this.advice = advice;
  }
}
