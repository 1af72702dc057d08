import { readFileSync } from "node:fs";
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";

/**
 * What GitHub's own parser finds wrong with the workflows whose files are given: a line of JSON for each file. A program of its
 * own, to be bundled: the parser imports JSON as bundlers do, which Node.js does not.
 */

for (const file of process.argv.slice(2)) {
  const { context, value } = parseWorkflow(
    { name: file, content: readFileSync(file, "utf8") },
    new NoOperationTraceWriter(),
  );
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  process.stdout.write(`${JSON.stringify(context.errors.getErrors().map(({ message }) => message))}\n`);
}
