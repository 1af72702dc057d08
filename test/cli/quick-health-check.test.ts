import { expect, test } from "vitest";
import { plainAddresses } from "../../src/cli/quick-health-check.ts";

test.each([
  { own: [], server: [], found: [":10900"] },
  { own: [], server: ["--config.file=a.yaml", "--web.listen-address=:1"], found: [":1"] },
  { own: ["--web.listen-address=:2"], server: ["--web.listen-address=:1"], found: [":2"] },
  { own: [], server: undefined, found: undefined },
  { own: [], server: ["--web.config.file=web.yaml"], found: undefined },
  { own: [], server: ["--web.route-prefix=/a"], found: undefined },
  { own: [], server: ["--web.systemd-socket"], found: undefined },
  { own: [], server: ["--web.listen-address", ":1"], found: undefined },
  { own: ["--help"], server: [], found: undefined },
])("a health check with $own of a server with $server knows its addresses as $found", ({ own, server, found }) => {
  expect(plainAddresses(own, server)).toEqual(found);
});
