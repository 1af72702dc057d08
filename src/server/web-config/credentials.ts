export type Credentials = { readonly user: string; readonly password: string };

/** What an Authorization header of the Basic scheme says (RFC 7617); undefined when it cannot be read. */
export function readBasicCredentials(header: string | undefined): Credentials | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return undefined;
  }
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** A byte order mark is part of a password like any other character. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
