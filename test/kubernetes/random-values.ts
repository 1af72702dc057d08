import fc from "fast-check";
import type { Changes } from "../../tools/mixin/render.ts";

/** Values for the chart that should all be taken together, by the chart and by Kubernetes. */

const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/);
const labelKey = fc.constantFrom("team", "example.com/tier", "A_b.c", "app.kubernetes.io/part-of");
const labels = fc.dictionary(labelKey, fc.constantFrom("a", "A-b_c.0", "", "1", "true"), { maxKeys: 3 });
const annotations = fc.dictionary(labelKey, fc.string({ maxLength: 12 }), { maxKeys: 3 });
const seconds = fc.integer({ min: 1, max: 3600 });
const id = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const key = fc.record({ name, key: fc.constantFrom("token", "ca.crt", ".hidden", "A_b") });
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });

/** Each key, or not. */
const optional = (model: Readonly<Record<string, fc.Arbitrary<unknown>>>) => fc.record(model, { requiredKeys: [] });

const expression = fc.oneof(
  fc.record({ key: labelKey, operator: fc.constantFrom("Exists", "DoesNotExist") }),
  fc.record({
    key: labelKey,
    operator: fc.constantFrom("In", "NotIn"),
    values: fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 2 }),
  }),
);
const selector = optional({ matchLabels: labels, matchExpressions: some(expression) });
const nodeTerm = fc.record({ matchExpressions: fc.array(expression, { minLength: 1, maxLength: 2 }) });
const podTerm = fc.record({ topologyKey: labelKey, labelSelector: selector });
const weight = fc.integer({ min: 1, max: 100 });
const podAffinity = optional({
  requiredDuringSchedulingIgnoredDuringExecution: some(podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: some(fc.record({ weight, podAffinityTerm: podTerm })),
});

const block = fc.constantFrom(
  { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] },
  { cidr: "0.0.0.0/0" },
  { cidr: "2001:db8::/32" },
  { cidr: "192.0.2.1/32" },
);
const peer = fc.oneof(
  fc.record({ ipBlock: block }),
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: selector, podSelector: selector }),
);
const networkPort = fc.oneof(
  fc.record({ port: fc.integer({ min: 1, max: 1000 }), endPort: fc.integer({ min: 1000, max: 65535 }) }),
  optional({
    port: fc.constantFrom<unknown>("dns", "http-2", 53, 65535),
    protocol: fc.constantFrom("TCP", "UDP", "SCTP"),
  }),
);

const variable = fc.oneof(
  fc.string({ maxLength: 9 }).map((value) => ({ value })),
  fc.record({
    valueFrom: fc.oneof(
      fc.record({ secretKeyRef: key }),
      fc.record({ configMapKeyRef: key }),
      fc.constantFrom("metadata.name", "status.podIPs", "metadata.labels['team']").map((fieldPath) => ({
        fieldRef: { fieldPath },
      })),
      fc
        .constantFrom({ resource: "limits.cpu", divisor: "1m" }, { resource: "requests.memory", divisor: "1Mi" })
        .map((resourceFieldRef) => ({ resourceFieldRef })),
    ),
  }),
);
const env = fc
  .uniqueArray(fc.constantFrom("A", "b.c", "_D", ".e"), { maxLength: 3 })
  .chain((names) => fc.tuple(...names.map((each) => variable.map((value) => ({ name: each, ...value })))));

const seccompProfile = fc.constantFrom(
  { type: "RuntimeDefault" },
  { type: "Unconfined" },
  { type: "Localhost", localhostProfile: "profiles/a.json" },
);
const rights = { runAsUser: id, runAsGroup: id, seccompProfile, seLinuxOptions: fc.constant({ level: "s0:c1,c2" }) };

const container = fc.record(
  {
    image: fc.constantFrom("busybox", "registry.example:5000/a/b@sha256:".concat("0".repeat(64))),
    command: some(fc.string({ minLength: 1, maxLength: 5 })),
    env,
    resources: fc.constantFrom({}, { requests: { cpu: 0.1, memory: "1Mi" }, limits: { cpu: "200m", memory: 1e7 } }),
    volumeMounts: fc.constantFrom([], [{ name: "config", mountPath: "/c", readOnly: true }]),
    imagePullPolicy: fc.constantFrom("Always", "Never"),
  },
  { requiredKeys: ["image"] },
);
const containers = (prefix: string) =>
  some(container).map((all) => all.map((each, index) => ({ name: `${prefix}-${index}`, ...each })));

const relabeling = fc.constantFrom(
  { targetLabel: "cluster", replacement: "eu-1" },
  { sourceLabels: ["a", "b"], separator: "", regex: "(.+);(.*)", targetLabel: "x_$1", replacement: "$1:$2" },
  { action: "LabelDrop", regex: "pod|node" },
  { action: "hashmod", sourceLabels: ["instance"], targetLabel: "shard", modulus: 4 },
  { action: "labelmap", regex: "meta_(.+)", replacement: "k8s_$1" },
  { action: "uppercase", sourceLabels: ["a"], targetLabel: "a" },
  { action: "dropequal", sourceLabels: ["a"], targetLabel: "b" },
);
const access = fc.oneof(
  fc.constant({}),
  fc.record({ basicAuth: fc.record({ username: key, password: key }) }),
  fc.record({ authorization: fc.record({ credentials: key }) }),
);
const tlsConfig = optional({
  ca: fc.oneof(fc.record({ secret: key }), fc.record({ configMap: key })),
  insecureSkipVerify: fc.boolean(),
  serverName: fc.constant("exporter.example"),
  minVersion: fc.constantFrom("TLS12", "TLS13"),
});
const monitor = (more: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc
    .tuple(
      optional({
        labels,
        annotations,
        honorLabels: fc.boolean(),
        podTargetLabels: some(labelKey),
        sampleLimit: fc.constantFrom(0, 1000, 1_000_000, 2 ** 40),
        tlsConfig,
        relabelings: some(relabeling),
        metricRelabelings: some(relabeling),
        ...more,
      }),
      access,
      fc.constantFrom({}, { interval: "1m", scrapeTimeout: "60s" }, { interval: "1h30m" }, { interval: "15s" }),
    )
    .map((parts) => Object.assign({ enabled: true }, ...parts));

const probe = {
  periodSeconds: seconds,
  timeoutSeconds: seconds,
  failureThreshold: seconds,
  initialDelaySeconds: seconds,
};

/** Of one exporter or of shards. */
const kinds = fc.oneof(
  optional({
    strategy: fc.constantFrom(
      { type: "Recreate" },
      { type: "Recreate", rollingUpdate: null },
      { rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 } },
      { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "50%" } },
    ),
    minReadySeconds: fc.integer({ min: 0, max: 599 }),
    service: fc.oneof(
      optional({ port: fc.integer({ min: 1, max: 65535 }), labels, annotations }),
      fc.record({ type: fc.constant("NodePort"), nodePort: fc.constantFrom(0, 30900) }),
      fc.record({
        type: fc.constant("LoadBalancer"),
        loadBalancerClass: fc.constantFrom("", "example.com/internal"),
        loadBalancerSourceRanges: fc.constantFrom([], ["10.0.0.0/8", "::/0"]),
      }),
    ),
  }),
  fc.record({
    shards: fc.integer({ min: 2, max: 1000 }),
    updateStrategy: fc.constantFrom({}, { type: "OnDelete" }, { rollingUpdate: { partition: 1 } }),
    minReadySeconds: fc.constantFrom(0, 1000),
  }),
);

const others = optional({
  image: optional({
    repository: fc.constantFrom("registry.example:5000/exporter", "exporter"),
    tag: fc.constantFrom<unknown>("v1", "1.10", 18, 20261122, 0, ""),
    digest: fc.constantFrom("", `sha256:${"a".repeat(64)}`),
    pullPolicy: fc.constantFrom("Always", "IfNotPresent", "Never"),
  }),
  imagePullSecrets: fc.constantFrom([], [{ name: "registry" }, { name: "a.b" }]),
  nameOverride: fc.constantFrom("exporter", "a".repeat(60), `${"a".repeat(49)}-b`),
  fullnameOverride: fc.oneof(name, fc.constant(`${"a".repeat(48)}--b`)),
  commonLabels: labels,
  commonAnnotations: annotations,
  workloadLabels: labels,
  workloadAnnotations: annotations,
  podLabels: labels,
  podAnnotations: annotations,
  nodeSelector: labels,
  env,
  envFrom: some(
    fc.oneof(fc.record({ secretRef: fc.record({ name }) }), fc.constant({ prefix: "A_", configMapRef: { name: "a" } })),
  ),
  logLevel: fc.constantFrom("debug", "error"),
  extraArgs: fc.constantFrom([], ["--log.format=json"]),
  existingSecret: name,
  extraVolumes: fc.constantFrom(
    [],
    [
      { name: "a", emptyDir: { sizeLimit: "1Gi" } },
      { name: "b", configMap: { name: "b" } },
    ],
    [{ name: "a", emptyDir: null }],
  ),
  initContainers: containers("before"),
  extraContainers: containers("beside"),
  serviceAccount: optional({ create: fc.boolean(), name, labels, annotations }),
  resources: fc.constantFrom<unknown>(
    { limits: { memory: "1Gi", cpu: 1.5, "example.com/device": 2 }, requests: { "example.com/device": 2 } },
    { requests: { cpu: "100m" }, limits: null },
    { limits: { memory: 1e9 } },
  ),
  podSecurityContext: optional({ ...rights, fsGroup: id, supplementalGroups: some(id) }),
  securityContext: optional({
    ...rights,
    readOnlyRootFilesystem: fc.boolean(),
    capabilities: fc.constantFrom({ add: ["NET_BIND_SERVICE"] }, { drop: [] }),
  }),
  startupProbe: optional(probe),
  livenessProbe: optional({ ...probe, terminationGracePeriodSeconds: seconds }),
  readinessProbe: optional({ ...probe, successThreshold: seconds }),
  revisionHistoryLimit: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  terminationGracePeriodSeconds: seconds,
  tolerations: some(
    fc.constantFrom(
      { operator: "Exists" },
      { key: "a", value: "b", effect: "NoSchedule" },
      { key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 },
    ),
  ),
  affinity: optional({
    nodeAffinity: optional({
      requiredDuringSchedulingIgnoredDuringExecution: fc.record({
        nodeSelectorTerms: fc.array(nodeTerm, { minLength: 1, maxLength: 2 }),
      }),
      preferredDuringSchedulingIgnoredDuringExecution: some(fc.record({ weight, preference: nodeTerm })),
    }),
    podAffinity,
    podAntiAffinity: podAffinity,
  }),
  topologySpreadConstraints: fc.constantFrom(
    [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway" }],
    [{ maxSkew: 2, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", minDomains: 3, labelSelector: {} }],
  ),
  hostAliases: fc.constantFrom([{ ip: "10.0.0.1", hostnames: ["a", "b.c"] }, { ip: "::1" }]),
  dnsPolicy: fc.constantFrom("", "Default", "ClusterFirst"),
  dnsConfig: fc.constantFrom({
    nameservers: ["10.0.0.10", "2001:db8::1"],
    searches: ["a.example", "_b."],
    options: [{ name: "ndots", value: "2" }, { name: "rotate" }],
  }),
  networkPolicy: optional({
    enabled: fc.boolean(),
    from: some(peer),
    egress: some(optional({ to: some(peer), ports: some(networkPort) })),
  }),
  podDisruptionBudget: optional({ enabled: fc.boolean() }),
  serviceMonitor: monitor({ targetLabels: some(labelKey) }),
  podMonitor: monitor({
    scheme: fc.constantFrom("http", "https"),
    matchLabels: fc.constantFrom({ app: "nodeop" }),
    namespaceSelector: fc.constantFrom({ any: false }, { matchNames: ["wire", "monero"] }, { any: true }),
  }),
  dashboards: optional({ enabled: fc.boolean(), labels, annotations }),
  extraObjects: fc.constantFrom([
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "{{ .Release.Name }}-more" }, data: { a: "b" } },
    'apiVersion: v1\nkind: Secret\nmetadata: {name: "{{ .Release.Name }}-more"}\nstringData: {a: b}\n',
  ]),
  global: fc.constant({ imageRegistry: "mine" }),
});

export const randomValues: fc.Arbitrary<Changes> = fc
  .tuple(kinds, others)
  .map((parts) => Object.assign({ config: { nodes: [{ name: "a", chain: "monero", url: "http://a" }] } }, ...parts));
