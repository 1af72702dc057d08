import VERSION from "embedded:version";
import { manPage } from "./documents/man-page.ts";
import { textOf } from "./repository.ts";

/** Prints the man page: `node tools/run.mjs man-page.ts DATE`, with the day of the release as 2026-11-30. */

const [date = ""] = process.argv.slice(2);
if (!/^\d{4}-\d\d-\d\d$/.test(date))
  throw new Error(`expected a date such as 2026-11-30, found ${JSON.stringify(date)}`);
process.stdout.write(manPage({ version: VERSION, date, reference: textOf("docs/cli.md") }));
