import { expect, test } from "vitest";
import { takeSystemdSockets } from "../../src/server/systemd-sockets.ts";

test.each<[NodeJS.ProcessEnv, string]>([
  [{}, "LISTEN_FDS is not set"],
  [{ LISTEN_PID: "7" }, "LISTEN_FDS is not set"],
  [{ LISTEN_FDS: "1" }, "LISTEN_PID is not set"],
  [{ LISTEN_FDS: "1", LISTEN_PID: "8" }, "another process"],
  [{ LISTEN_FDS: "1", LISTEN_PID: "07" }, "another process"],
  [{ LISTEN_FDS: "0", LISTEN_PID: "7" }, "a number from 1"],
  [{ LISTEN_FDS: "-1", LISTEN_PID: "7" }, "a number from 1"],
  [{ LISTEN_FDS: "1e1", LISTEN_PID: "7" }, "a number from 1"],
  [{ LISTEN_FDS: "65", LISTEN_PID: "7" }, "a number from 1"],
  [{ LISTEN_FDS: "99999", LISTEN_PID: "7" }, "a number from 1"],
])("%j is refused, and gone for programs that are started", (env, message) => {
  const own = { ...env, LISTEN_FDNAMES: "a:b", LISTEN_PIDFDID: "1", PATH: "/bin" };
  expect(() => takeSystemdSockets(own, 7)).toThrow(message);
  expect(own).toEqual({ PATH: "/bin" });
});
