import type { Failure } from "../../model/failure.ts";
import type { ServerError } from "./server-error.ts";

/**
 * What the errors of hosted gateways and of proxies mean, whatever the chain behind them. They come in several shapes, and their
 * codes contradict each other: -32005 is a quota at most of them (EIP-1474), -32016 a quota at one and a missing key at another.
 * So their text decides, and the code only where the text tells nothing.
 */
export type Meaning = Pick<Failure, "reason" | "advice" | "isStarting"> & {
  /** What was found, in place of the status or the code. */
  readonly finding?: string;
};

type GatewayError = "quota" | "access" | "method" | "overloaded";

export const MEANINGS: Readonly<Record<GatewayError, Meaning>> = {
  quota: {
    reason: "rate_limited",
    advice:
      "the quota or rate limit of this URL is used up: poll less often (interval), or raise the limit of the account",
  },
  access: {
    reason: "unauthorized",
    advice:
      "the server refuses this key, user or address: check the token in the URL, auth, and the account at the gateway",
  },
  method: {
    reason: "unavailable",
    advice:
      "the server does not offer this call: check the URL, and ask the gateway's operator, or use a node of your own",
  },
  overloaded: {
    reason: "busy",
    advice: "the server, or the node behind it, is overloaded, starting or down: it answers when it is ready",
  },
};

export const OF_GATEWAY: Meaning = {
  reason: "rpc",
  advice:
    "this is the answer of a gateway or proxy, not of the node: see its documentation and the state of the account",
};

/** Limits of a single request, which are no quota. */
const OTHER_LIMITS = /\b(?:size|range|batch|body|payload|length|depth|time ?out|timed out|time limit|deadline)\b/;

/**
 * From texts of gateways, in lower case; the first entry whose patterns all match decides. One pattern with a gap in place of two
 * would take the square of the time for a longer text.
 */
const TEXTS: readonly (readonly [readonly RegExp[], GatewayError])[] = [
  [
    [/too many (?:request|call|concurrent)|rate.?limit|throttl|slow down|(?:request|call)s? per (?:second|minute|day)/],
    "quota",
  ],
  [[/\bquota|credits?\b|compute units?\b|throughput|capacity|over (?:the )?(?:rate|plan)|rate exceeded/], "quota"],
  [[/\b(?:limit|limits|limited|count|rate|plan|usage)\b/, /\b(?:reach|exceed|exhaust|hit\b)/], "quota"],
  [[/\b(?:request|call)s? (?:is |are )?limited\b|usage_limit|limit_(?:reach|exceed)/], "quota"],
  [[/\b(?:count|requests?|calls?|usage) (?:is |was |has been |have been )?exceeded|poll(?:ing)? less/], "quota"],
  [[/(?:unsupported|unknown|invalid|disabled) method/], "method"],
  [[/\bmethod\b/, /\b(?:not|unsupported|unavailable|unknown|disabled|blocked|denied|forbidden|removed)\b/], "method"],
  [
    [
      /\b(?:not|only) (?:available|included|supported|offered|enabled)\b|upgrade (?:your|the|to)\b|higher (?:plan|tier)/,
    ],
    "method",
  ],
  [
    [/unauthori[sz]ed|authenti|authori[sz]|forbidden|denied|permission|credential|not allowed|allow.?list|white.?list/],
    "access",
  ],
  [[/\b(?:api|access|secret|project|app)[-_ ]?(?:key|token|id)\b|\b(?:key|token|jwt|signature|password)\b/], "access"],
  [[/\b(?:invalid|unknown|missing|expired|bad|no)_(?:key|token|client|grant|api)/], "access"],
  [[/payment|subscri|billing|past due|suspended|deactivated|inactive|blocked|banned|account/], "access"],
  [[/\bbusy\b|overload|unavailable|maintenance|try again|temporar|\bsyncing\b|starting|bad gateway/], "overloaded"],
  [[/no (?:healthy |live |available )?(?:backend|upstream|node)/], "overloaded"],
  [[/time ?out|timed out|deadline/], "overloaded"],
];

/** HTTP statuses are codes at some gateways. */
const CODES: ReadonlyMap<number | undefined, GatewayError> = new Map([
  [-32601, "method"],
  [-32004, "method"],
  [-32005, "quota"],
  [-32007, "quota"],
  [-32016, "quota"],
  [-32029, "quota"],
  [-32090, "quota"],
  [-32097, "quota"],
  [-32605, "quota"],
  [-32607, "quota"],
  [429, "quota"],
  [401, "access"],
  [402, "access"],
  [403, "access"],
  [-32606, "access"],
  [502, "overloaded"],
  [503, "overloaded"],
  [504, "overloaded"],
]);

/** What the texts of an error say; undefined: nothing known. */
export function kindByText(texts: readonly string[]): GatewayError | undefined {
  for (const text of texts) {
    const lower = text.toLowerCase();
    const isOtherLimit = OTHER_LIMITS.test(lower);
    const found = TEXTS.find(
      ([patterns, kind]) => !(isOtherLimit && kind === "quota") && patterns.every((pattern) => pattern.test(lower)),
    );
    if (found !== undefined) return found[1];
  }
  return undefined;
}

export function kindByCode(code: number | undefined): GatewayError | undefined {
  return CODES.get(code);
}

/** The meaning of an error for every chain; undefined: nothing known. */
export function gatewayMeaning({ code, texts }: ServerError): Meaning | undefined {
  const kind = kindByText(texts) ?? kindByCode(code);
  return kind && MEANINGS[kind];
}
