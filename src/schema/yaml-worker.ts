import { parentPort, workerData } from "node:worker_threads";
import { problemLines } from "./problems.ts";
import { parseYaml } from "./yaml-file.ts";
import { createBatches, type FromYamlThread, isToYamlThread, isYamlTask } from "./yaml-messages.ts";

/**
 * The program of the thread that parses YAML: a file of thousands of nodes takes a second. It sends the document in batches, each
 * on request, as receiving all of it in one message would block the other thread.
 */
function serve(port: NonNullable<typeof parentPort>, task: unknown): void {
  if (!isYamlTask(task)) throw new Error("expected text to parse");
  const send = (message: FromYamlThread) => port.postMessage(message);
  const file = parseYaml(task.text, task.path, task.env);
  if ("broken" in file) {
    send({ kind: "broken", lines: file.broken });
    return;
  }
  const { frame, batches } = createBatches(file.raw);
  port.on("message", (asked: unknown) => {
    if (isToYamlThread(asked))
      send(asked.kind === "lines" ? { kind: "lines", lines: problemLines(file, asked.problems) } : next());
  });
  send({ kind: "frame", frame, isWhole: file.problems.length === 0 });

  function next(): FromYamlThread {
    const { done, value } = batches.next();
    return done ? { kind: "end" } : { kind: "batch", ...value };
  }
}

if (parentPort !== null) serve(parentPort, workerData);
