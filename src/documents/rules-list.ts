/** What the file of rules contains, for people who look for a rule in it. */

export type RuleGroup = {
  readonly name: string;
  readonly alerts: readonly AlertEntry[];
  /** Names of recorded series. */
  readonly records: readonly string[];
};

/** All alerts of one name. */
export type AlertEntry = {
  readonly name: string;
  /** Each once, in the order of the file. */
  readonly severities: readonly string[];
  /** How long the condition lasts before the alert fires. */
  readonly waits: readonly string[];
};

/** Where the files of this program have these keys. They are made by it, always in the same form. */
const KEY = /^ {2}(?: {8}| {4}- | {6}|- )(name|alert|record|severity|for): (.+)$/;

/** Reads the names line by line: a parser of YAML takes a tenth of a second for the same. */
export function listRules(yaml: string): readonly RuleGroup[] {
  const groups: {
    name: string;
    alerts: Map<string, { severities: Set<string>; waits: Set<string> }>;
    records: Set<string>;
  }[] = [];
  let alert: { severities: Set<string>; waits: Set<string> } | undefined;
  for (const line of yaml.split("\n")) {
    const [, key, value = ""] = KEY.exec(line) ?? [];
    const group = groups.at(-1);
    if (key === "name") groups.push({ name: value, alerts: new Map(), records: new Set() });
    else if (key === "record") group?.records.add(value);
    else if (key === "alert") {
      alert = group?.alerts.get(value) ?? { severities: new Set(), waits: new Set() };
      group?.alerts.set(value, alert);
    } else if (key === "severity") alert?.severities.add(value);
    else if (key === "for") alert?.waits.add(value);
  }
  return groups.map(({ name, alerts, records }) => ({
    name,
    alerts: [...alerts].map(([alertName, { severities, waits }]) => ({
      name: alertName,
      severities: [...severities],
      waits: [...waits],
    })),
    records: [...records],
  }));
}
