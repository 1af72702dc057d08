import type { Signal } from "../lib/abort.ts";
import { scanJson } from "../lib/json.ts";
import { NodeError, nodeError } from "../model/failure.ts";
import { type ExplainStatus, explainWith } from "./answers/status.ts";
import { describeExcess, excessAdvice, INFO_BUDGET, LIST_BUDGET, type ResponseBudget } from "./budget.ts";
import type { RpcClient } from "./client.ts";
import type { RpcRequest, RpcResponse } from "./message.ts";
import { parseNodeJson } from "./node-json.ts";

type JsonResponse = { readonly value: unknown; readonly response: RpcResponse };

/**
 * Sends one request and decodes its JSON response with a 2xx status (nodeos responds with 201).
 * @throws NodeError
 */
export async function callJson(
  client: RpcClient,
  request: RpcRequest,
  signal: Signal,
  explain: ExplainStatus = () => undefined,
): Promise<JsonResponse> {
  const response = await client.request(request, signal);
  const call = `${request.name} at ${client.url.label}${client.through ?? ""}`;
  if (response.status < 200 || response.status > 299) {
    throw new NodeError(explainWith(explain, client, response, call));
  }
  return { value: decodeJsonBody(response.body, call, response.budget ?? request.budget), response };
}

const utf8 = new TextDecoder("utf-8");

/**
 * Responses up to this size are parsed without counting, unless the operator set limits: the worst case takes 10 ms (98,304
 * bytes with 12,000 different names or 49,000 nested arrays, on Node 20), and most polls have no larger response.
 */
export const UNCOUNTED_BYTES = 96 * 1024;

/**
 * Decodes the body of a response.
 * @param call the call and the server, for errors
 * @throws NodeError bad_json, too_large
 */
export function decodeJsonBody(body: Uint8Array, call: string, budget: ResponseBudget = LIST_BUDGET): unknown {
  if (body.length <= UNCOUNTED_BYTES && (budget === LIST_BUDGET || budget === INFO_BUDGET)) {
    const text = utf8.decode(body);
    try {
      return parseNodeJson(text);
    } catch {
      throw notJson(body, text.length, call);
    }
  }
  const scan = scanJson(body, budget);
  if (scan.kind === "excess") {
    const { limit } = scan;
    const problem = describeExcess({ limit, max: budget[limit] });
    throw nodeError("too_large", `${call}: ${problem}`, excessAdvice(scan));
  }
  const text = utf8.decode(scan.bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw notJson(body, text.length, call);
  }
}

function notJson(body: Uint8Array, characters: number, call: string) {
  return nodeError(
    "bad_json",
    `${call}: expected JSON, found ${describeBody(body, characters)}`,
    "check that the URL is the node's API and that no proxy or login page responds in its place",
  );
}

/** @param body without the repair, which makes compressed data look like text */
function describeBody(body: Uint8Array, characters: number): string {
  const start = utf8.decode(body.subarray(0, DESCRIBED_BYTES)).trimStart();
  if (start === "") return "an empty body";
  if (start.startsWith("<")) return "an HTML or XML page";
  if (start.startsWith("{") || start.startsWith("[")) return `invalid or truncated JSON of ${characters} characters`;
  if (start.startsWith("\u001f\ufffd")) return "compressed data that was not requested";
  return `${characters} characters of other text`;
}

/** How much of a body is examined; a body starts with less white space than this. */
const DESCRIBED_BYTES = 1024;
