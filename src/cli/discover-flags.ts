import type { Command } from "commander";
import * as z from "zod";
import { collect, read } from "./flags.ts";
import type { AccessFlags } from "./invocation.ts";

/**
 * How `discover` reaches a node: the names are those of the configuration. No flag takes a secret, as other users of the machine
 * can read the arguments of a process.
 */
export function addAccessFlags(command: Command): Command {
  return command
    .option("--auth.basic <user>", "user of basic authentication", read("--auth.basic", filled))
    .option("--auth.digest <user>", "user of digest authentication (monerod: rpc-login)", read("--auth.digest", filled))
    .option(
      "--auth.password-file <path>",
      "file with the password of that user (default: the variable NODE_PASSWORD, else a line of standard input)",
      read("--auth.password-file", filled),
    )
    .option("--auth.bearer-file <path>", "file with a bearer token", read("--auth.bearer-file", filled))
    .option(
      "--auth.cookie-file <path>",
      "file with user:password, as a node writes it",
      read("--auth.cookie-file", filled),
    )
    .option(
      "--auth.header <name=path>",
      "header, and the file with its value; repeatable",
      collect("--auth.header", headerFile),
    )
    .option(
      "--tls.pin <sha256>",
      "pin of the node's certificate. Credentials are sent over https only to a server with this certificate, or with one of a " +
        "known authority",
      read("--tls.pin", filled),
    )
    .option("--tls.cert-file <path>", "client certificate (PEM)", read("--tls.cert-file", filled))
    .option("--tls.key-file <path>", "key of the client certificate (PEM)", read("--tls.key-file", filled))
    .option("--proxy-url <url>", "proxy: http://, https:// or socks5h:// (Tor)", read("--proxy-url", filled));
}

function filled(text: string): string {
  if (text === "") throw new Error("expected a value, found nothing");
  return text;
}

function headerFile(text: string): AccessFlags["headers"][number] {
  const at = text.indexOf("=");
  const [name, path] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || path === "") throw new Error("expected NAME=PATH, with the path of a file that has the value");
  return { name, path };
}

const accessOptions = () =>
  z.object({
    "auth.basic": z.string().optional(),
    "auth.digest": z.string().optional(),
    "auth.passwordFile": z.string().optional(),
    "auth.bearerFile": z.string().optional(),
    "auth.cookieFile": z.string().optional(),
    "auth.header": z.array(z.object({ name: z.string(), path: z.string() })).default([]),
    "tls.pin": z.string().optional(),
    "tls.certFile": z.string().optional(),
    "tls.keyFile": z.string().optional(),
    proxyUrl: z.string().optional(),
  });

/** commander gives untyped records; here the values get their types back. */
export function accessFlags(options: unknown): AccessFlags {
  const flags = accessOptions().parse(options);
  return {
    basic: flags["auth.basic"],
    digest: flags["auth.digest"],
    passwordFile: flags["auth.passwordFile"],
    bearerFile: flags["auth.bearerFile"],
    cookieFile: flags["auth.cookieFile"],
    headers: flags["auth.header"],
    pin: flags["tls.pin"],
    certFile: flags["tls.certFile"],
    keyFile: flags["tls.keyFile"],
    proxyUrl: flags.proxyUrl,
  };
}
