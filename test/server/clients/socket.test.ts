import { expect, test } from "vitest";
import { addressGroup } from "../../../src/server/clients/socket.ts";

test.each<[string | undefined, string]>([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::ffff:c000:207", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8:1:3::9", "2001:db8:1:3::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  [undefined, "unix socket"],
  ["", "unix socket"],
])("%s counts as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
