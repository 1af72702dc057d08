// Parts of libraries that the program loads separately: a whole library would take longer to load than the rest of the
// program (docs/performance.md). Only the whole library has types.

declare module "prom-client/lib/registry.js" {
  import { Registry } from "prom-client";
  export default Registry;
}

declare module "prom-client/lib/counter.js" {
  import { Counter } from "prom-client";
  export default Counter;
}

declare module "prom-client/lib/gauge.js" {
  import { Gauge } from "prom-client";
  export default Gauge;
}

/** Each registers the gauges or counters of one subject. */
declare module "prom-client/lib/metrics/*.js" {
  import type { Registry } from "prom-client";

  const register: (registry: Registry, config?: object) => void;
  export default register;
}
