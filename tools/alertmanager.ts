import { Document, isScalar, parse, visit } from "yaml";
import * as z from "zod";
import type { GeneratedFile } from "./repository.ts";
import { textOf } from "./repository.ts";

/** prometheus/alertmanager.yml as an AlertmanagerConfig, and as values of the chart kube-prometheus-stack. */

const matchers = z.array(z.string());

const route = z.strictObject({
  receiver: z.string(),
  group_by: z.array(z.string()).optional(),
  group_wait: z.string().optional(),
  group_interval: z.string().optional(),
  repeat_interval: z.string().optional(),
  matchers: matchers.optional(),
});

const receiver = z.strictObject({
  name: z.string(),
  webhook_configs: z.array(z.strictObject({ url: z.string() })).optional(),
  slack_configs: z
    .array(z.strictObject({ api_url: z.string(), send_resolved: z.boolean(), title: z.string(), text: z.string() }))
    .optional(),
});

const config = z.strictObject({
  route: route.extend({ routes: z.array(route) }),
  inhibit_rules: z.array(
    z.strictObject({ source_matchers: matchers, target_matchers: matchers, equal: z.array(z.string()) }),
  ),
  receivers: z.array(receiver),
});

type Config = z.infer<typeof config>;

/** The labels of an Alertmanager that others use too: what is ours there. */
const OURS = "P2P.+|PeerExporter.+";

export function alertmanagerFiles(): readonly GeneratedFile[] {
  const source = config.parse(parse(textOf("prometheus/alertmanager.yml")));
  return [
    { path: "kubernetes/components/alertmanager/alertmanagerconfig.yaml", text: objectText(source) },
    { path: "kubernetes/kube-prometheus-stack/values.yaml", text: valuesText(source) },
  ];
}

const NOTE = "# Made of prometheus/alertmanager.yml by `npm run kubernetes`, which has the reasons of the rules.\n";

const OBJECT_HEAD = `${NOTE}#
# For an Alertmanager with \`alertmanagerConfigMatcherStrategy: {type: None}\`: otherwise the operator adds a matcher for the
# namespace of this object to the route and to both sides of each inhibition, which alerts of fleets do not have.
`;

const VALUES_HEAD = `${NOTE}#
#   helm install kube-prometheus-stack prometheus-community/kube-prometheus-stack --namespace monitoring -f values.yaml
#
# The values add our route, inhibitions and receivers to the chart's own configuration: Helm replaces lists, so it is here too.
# Without the alertname in their matchers, its first two inhibitions would let one node's alert silence those of all others.
`;

/** Each list of words and each matcher is on one line, as in the source. A plain `=` is no string in YAML 1.1. */
function toYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Seq(_, node) {
      if (node.items.every(isScalar)) node.flow = true;
    },
    Map(_, node) {
      const operator = node.get("matchType", true);
      if (operator === undefined) return;
      node.flow = true;
      operator.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 120, flowCollectionPadding: false });
}

// ---- AlertmanagerConfig ----

function objectText({ route, inhibit_rules, receivers }: Config): string {
  return (
    OBJECT_HEAD +
    toYaml({
      apiVersion: "monitoring.coreos.com/v1alpha1",
      kind: "AlertmanagerConfig",
      metadata: {
        name: "peer-exporter",
        labels: { "app.kubernetes.io/name": "peer-exporter", release: "kube-prometheus-stack" },
      },
      spec: {
        route: {
          ...objectRoute({ ...route, matchers: [`alertname=~"${OURS}"`] }),
          routes: route.routes.map(objectRoute),
        },
        inhibitRules: inhibit_rules.map(({ source_matchers, target_matchers, equal }) => ({
          sourceMatch: source_matchers.map(objectMatcher),
          targetMatch: target_matchers.map(objectMatcher),
          equal,
        })),
        receivers: receivers.map(objectReceiver),
      },
    })
  );
}

function objectRoute(from: z.infer<typeof route>) {
  return {
    receiver: from.receiver,
    ...(from.matchers === undefined ? {} : { matchers: from.matchers.map(objectMatcher) }),
    ...(from.group_by === undefined ? {} : { groupBy: from.group_by }),
    ...(from.group_wait === undefined ? {} : { groupWait: from.group_wait }),
    ...(from.group_interval === undefined ? {} : { groupInterval: from.group_interval }),
    ...(from.repeat_interval === undefined ? {} : { repeatInterval: from.repeat_interval }),
  };
}

function objectMatcher(text: string) {
  const [, name, matchType, value] = /^(\w+)(=~|!~|!=|=)"(.*)"$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`not a matcher: ${text}`);
  return { name, matchType, value };
}

/** A URL with a key in it is in a Secret. */
function objectReceiver({ name, webhook_configs, slack_configs }: z.infer<typeof receiver>) {
  return {
    name,
    ...(webhook_configs === undefined ? {} : { webhookConfigs: webhook_configs }),
    ...(slack_configs === undefined
      ? {}
      : {
          slackConfigs: slack_configs.map(({ send_resolved, title, text }) => ({
            apiURL: { name: "alertmanager-receivers", key: name },
            sendResolved: send_resolved,
            title,
            text,
          })),
        }),
  };
}

// ---- kube-prometheus-stack ----

function valuesText({ route, inhibit_rules, receivers }: Config): string {
  const notOurs = `alertname!~"${OURS}"`;
  const { routes, ...own } = route;
  return (
    VALUES_HEAD +
    toYaml({
      alertmanager: {
        alertmanagerSpec: { alertmanagerConfigMatcherStrategy: { type: "None" } },
        config: {
          global: { resolve_timeout: "5m" },
          inhibit_rules: [
            {
              source_matchers: ['severity="critical"'],
              target_matchers: ['severity=~"warning|info"', notOurs],
              equal: ["namespace", "alertname"],
            },
            {
              source_matchers: ['severity="warning"'],
              target_matchers: ['severity="info"', notOurs],
              equal: ["namespace", "alertname"],
            },
            {
              source_matchers: ['alertname="InfoInhibitor"'],
              target_matchers: ['severity="info"'],
              equal: ["namespace"],
            },
            { target_matchers: ['alertname="InfoInhibitor"'] },
            ...inhibit_rules,
          ],
          route: {
            receiver: "null",
            group_by: ["namespace"],
            group_wait: "30s",
            group_interval: "5m",
            repeat_interval: "12h",
            routes: [
              { receiver: "null", matchers: ['alertname="Watchdog"'] },
              { ...own, matchers: [`alertname=~"${OURS}"`], routes },
            ],
          },
          receivers: [{ name: "null" }, ...receivers],
          templates: ["/etc/alertmanager/config/*.tmpl"],
        },
      },
    })
  );
}
