// Loaded before the program (--import): from one SIGUSR2 to the next, requests to nodes end in an error that nobody
// expects, with a secret in its text and in a property.
let isOn = false;
const { now } = Date;

Date.now = () => {
  if (isOn && /\bat (?:async )?attempt\b/.test(new Error("").stack ?? "")) {
    throw Object.assign(new TypeError("planted: http://user:s3cret@127.0.0.1/s3cret"), { input: "s3cret" });
  }
  return now();
};

process.on("SIGUSR2", () => {
  isOn = !isOn;
});
