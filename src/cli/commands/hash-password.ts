import { hashPassword, readPassword } from "../../server/web-config/hash-password.ts";
import type { Context } from "../context.ts";

export async function printHash({ print, printError }: Context): Promise<number> {
  try {
    print(`${await hashPassword(await readPassword(process.stdin, printError))}\n`);
    return 0;
  } catch (error) {
    printError(`peer-exporter: ${error instanceof Error ? error.message : "cannot hash"}\n`);
    return 1;
  }
}
