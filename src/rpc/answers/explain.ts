import { type Failure, NodeError } from "../../model/failure.ts";
import { MAX_RETRY_AFTER_SECONDS, type RpcResponse, retryAfter } from "../message.ts";
import { parseNodeJson } from "../node-json.ts";
import { gatewayMeaning, MEANINGS, type Meaning, OF_GATEWAY } from "./meaning.ts";
import { isErrorAnswer, readAnswer, type ServerError, shown } from "./server-error.ts";

/** A response with an unsuccessful status and a body like this is as long as a page at most. */
const MAX_EXPLAINED_BYTES = 8192;

type MeaningOf = (error: ServerError) => Meaning | undefined;

/** What the JSON body of an unsuccessful response says; undefined where its status says as much. */
export function explainBody(
  response: RpcResponse,
  call: string,
  meaningOf: MeaningOf = gatewayMeaning,
): Failure | undefined {
  const { status } = response;
  // 401 has advice about each scheme, and 429 is a quota whatever the text.
  if (status < 400 || status === 401 || status === 429) return undefined;
  const error = errorIn(response);
  if (error === undefined) return undefined;
  const meaning = error.code === status && error.texts.length === 0 ? undefined : meaningOf(error);
  if (meaning === undefined || (meaning === MEANINGS.overloaded && status >= 500)) return undefined;
  const { finding = status, ...known } = meaning;
  const message = `${call}: expected HTTP 200, found ${finding}${shown(error, response)}`;
  return { ...known, message, ...wait(meaning, error, response) };
}

/** What the JSON body of a response says in words, for the message; "" for none. */
export function wordsIn(response: RpcResponse): string {
  const error = errorIn(response);
  return error === undefined ? "" : shown(error, response);
}

function errorIn({ body }: RpcResponse): ServerError | undefined {
  if (body.length === 0 || body.length > MAX_EXPLAINED_BYTES) return undefined;
  try {
    return readAnswer(parseNodeJson(Buffer.from(body).toString("utf8")));
  } catch {
    return undefined;
  }
}

/** How long to wait, where a quota is used up: by the header, or else by the error itself. */
export function wait(
  { reason }: Meaning,
  { waitSeconds }: ServerError,
  response: RpcResponse | undefined,
): { readonly retryAfterSeconds?: number } {
  if (reason !== "rate_limited") return {};
  const { retryAfterSeconds = waitSeconds } = response === undefined ? {} : retryAfter(response);
  return retryAfterSeconds === undefined
    ? {}
    : { retryAfterSeconds: Math.min(retryAfterSeconds, MAX_RETRY_AFTER_SECONDS) };
}

/**
 * Decodes a successful response. Gateways send their own errors with 200 too: where the answer is not what the call gives, its
 * text says more than its shape.
 * @throws NodeError as `decode` does; rate_limited, unauthorized, unavailable, busy, rpc for an error of a gateway
 */
export function decodeAnswer<T>(
  { value, response }: { readonly value: unknown; readonly response: RpcResponse },
  call: string,
  decode: (value: unknown, call: string) => T,
): T {
  try {
    return decode(value, call);
  } catch (error) {
    const isOtherShape = error instanceof NodeError && error.failure.reason === "bad_shape";
    const failure = isOtherShape ? gatewayFailure(value, call, response) : undefined;
    throw failure === undefined ? error : new NodeError(failure);
  }
}

/** The failure of an answer that is an error of a gateway; undefined: it may be anything. */
function gatewayFailure(answer: unknown, call: string, response: RpcResponse): Failure | undefined {
  const error = readAnswer(answer);
  const meaning = gatewayMeaning(error) ?? (isErrorAnswer(answer) ? OF_GATEWAY : undefined);
  if (meaning === undefined) return undefined;
  const code = error.code === undefined ? "" : ` ${error.code}`;
  return {
    ...meaning,
    message: `${call}: expected the node's answer, found an error${code}${shown(error, response)}`,
    ...wait(meaning, error, response),
  };
}
