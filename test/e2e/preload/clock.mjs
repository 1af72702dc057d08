// Loaded before the program (--import): SIGUSR2 sets its clock off by the milliseconds that stand in CLOCK_FILE.
import { readFileSync } from "node:fs";

const RealDate = Date;
let shift = 0;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift);
    else super(...given);
  }

  static now() {
    return RealDate.now() + shift;
  }
};

process.on("SIGUSR2", () => {
  shift = Number(readFileSync(process.env.CLOCK_FILE, "utf8"));
});
