import type { Failure } from "../../model/failure.ts";
import type { RpcResponse } from "../message.ts";
import { wait } from "./explain.ts";
import { type Meaning, OF_GATEWAY } from "./meaning.ts";
import { isErrorAnswer, readBare, type ServerError, shown } from "./server-error.ts";

/** A JSON-RPC call that was answered without a result. */
export type AnsweredCall = {
  /** The call and the server, for errors. */
  readonly call: string;
  /** Its Retry-After counts; undefined: not known. */
  readonly response: RpcResponse | undefined;
};

/** The failure of an answer with an error. */
export function errorFailure(error: ServerError, meaning: Meaning, answered: AnsweredCall): Failure {
  return failureOf(error, meaning, `a result, found JSON-RPC error ${error.code ?? "without a code"}`, answered);
}

/** The failure of an answer that has neither a result nor an error, such as `{"message": "Unknown API key"}`; undefined: it says nothing. */
export function bareAnswerFailure(
  answer: unknown,
  meaningOf: (error: ServerError) => Meaning | undefined,
  answered: AnsweredCall,
): Failure | undefined {
  const error = readBare(answer);
  const meaning = meaningOf(error) ?? (isErrorAnswer(answer) ? OF_GATEWAY : undefined);
  if (meaning === undefined) return undefined;
  const code = error.code === undefined ? "" : ` with the code ${error.code}`;
  return failureOf(error, meaning, `a JSON-RPC result, found another answer${code}`, answered);
}

function failureOf(error: ServerError, meaning: Meaning, usual: string, { call, response }: AnsweredCall): Failure {
  const { finding, ...known } = meaning;
  const expected = finding === undefined ? usual : `a result, found ${finding}`;
  return {
    ...known,
    message: `${call}: expected ${expected}${shown(error, response)}`,
    ...wait(meaning, error, response),
  };
}
