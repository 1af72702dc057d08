import { copyFileSync, writeFileSync } from "node:fs";
import { liveAnHour } from "./hour.ts";
const hour = await liveAnHour(console.log);
copyFileSync(hour.samples, "/tmp/pictures-try/samples.txt");
writeFileSync("/tmp/pictures-try/end", String(hour.end));
console.log("end", hour.end, hour.exporter);
await new Promise((r) => setTimeout(r, 3_000_000));
