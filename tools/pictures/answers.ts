import * as z from "zod";

/** Answers of the HTTP API of Prometheus. */

type Labels = Readonly<Record<string, string>>;

/** A series with its values as text, which may be NaN or +Inf. */
export type Matrix = readonly { readonly metric: Labels; readonly values: readonly (readonly [number, string])[] }[];

export type Range = { readonly start: number; readonly end: number; readonly step: number };

const sample = z.tuple([z.number(), z.string()]);
const labels = z.record(z.string(), z.string());
const matrixAnswer = z.object({
  data: z.object({ result: z.array(z.object({ metric: labels, values: z.array(sample) })) }),
});
const instantAnswer = z.object({
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("vector"), result: z.array(z.object({ metric: labels, value: sample })) }),
    z.object({ resultType: z.literal("scalar"), result: sample }),
  ]),
});

async function ask(prometheus: string, path: string, parameters: Record<string, string>): Promise<unknown> {
  const answer = await fetch(`${prometheus}/api/v1/${path}`, { method: "POST", body: new URLSearchParams(parameters) });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error(`Prometheus refuses ${parameters.query}: ${JSON.stringify(body)}`);
  return body;
}

export async function rangeOf(prometheus: string, query: string, { start, end, step }: Range): Promise<Matrix> {
  const range = { start: String(start), end: String(end), step: String(step) };
  return matrixAnswer.parse(await ask(prometheus, "query_range", { query, ...range })).data.result;
}

/** An instant query; the one sample of each series as a matrix. */
export async function instantOf(prometheus: string, query: string, time: number): Promise<Matrix> {
  const { data } = instantAnswer.parse(await ask(prometheus, "query", { query, time: String(time) }));
  if (data.resultType === "scalar") return [{ metric: {}, values: [data.result] }];
  return data.result.map(({ metric, value }) => ({ metric, values: [value] }));
}
