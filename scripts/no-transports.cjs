// In place of thread-stream and sonic-boom: pino's ways to write from another thread and to files. The program gives it a
// function that writes.
module.exports = class NoTransport {
  constructor() {
    throw new Error("pino's transports are not part of this build");
  }
};
