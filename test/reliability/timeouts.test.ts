import { AUTHORITIES, TIMED } from "./injections.ts";
import { describeFaults } from "./suite.ts";

/** Faults that end with a timeout or with a turn of the schedule. */

describeFaults(TIMED, { authorities: AUTHORITIES, healthySeconds: 8 });
