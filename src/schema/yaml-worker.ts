import { parentPort, workerData } from "node:worker_threads";
import { linesOf } from "./problems.ts";
import { readYamlText } from "./yaml-file.ts";
import { createBatches, type FromYamlThread, isToYamlThread, isYamlTask } from "./yaml-messages.ts";

/**
 * Runs in a thread of its own: parsing a file of thousands of nodes takes a second. What it gives comes in pieces, each when it is
 * asked for, as taking over all of it at once would hold up the thread that asks.
 */
function serve(port: NonNullable<typeof parentPort>, task: unknown): void {
  if (!isYamlTask(task)) throw new Error("expected a text to parse");
  const give = (message: FromYamlThread) => port.postMessage(message);
  const file = readYamlText(task.text, task.path, task.env);
  if ("broken" in file) {
    give({ kind: "broken", lines: file.broken });
    return;
  }
  const { frame, batches } = createBatches(file.raw);
  port.on("message", (asked: unknown) => {
    if (isToYamlThread(asked))
      give(asked.kind === "lines" ? { kind: "lines", lines: linesOf(file, asked.problems) } : next());
  });
  give({ kind: "frame", frame, isWhole: file.problems.length === 0 });

  function next(): FromYamlThread {
    const { done, value } = batches.next();
    return done ? { kind: "end" } : { kind: "batch", ...value };
  }
}

if (parentPort !== null) serve(parentPort, workerData);
