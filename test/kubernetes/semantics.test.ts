import { describe, expect, test } from "vitest";
import * as z from "zod";
import { healthRoutes } from "../../src/server/routes/operator.ts";
import { exporterOf, filesOf, golden, type Manifest, renderings, type Workload, workloadsOf } from "./manifests.ts";

/** What schemas do not see: whether the parts of the manifests fit each other and the program. */

const PORT = 10_900;

const rendered = renderings.map(({ name }) => ({ name, manifests: golden(name) }));
const withExporter = rendered.flatMap(({ name, manifests }) =>
  workloadsOf(manifests).flatMap((workload) => {
    const exporter = exporterOf(workload.spec.template);
    return exporter === undefined ? [] : [{ name, manifests, workload, exporter }];
  }),
);

const ofKind = (manifests: readonly Manifest[], kind: string) => manifests.filter((manifest) => manifest.kind === kind);

const labels = z.record(z.string(), z.string());

/** Whether labels are among others; an empty selector would take everything. */
function selects(selector: unknown, found: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(labels.parse(selector));
  return wanted.length > 0 && wanted.every(([key, value]) => found[key] === value);
}

test("every rendering but the one for sidecars of others has an exporter", () => {
  expect(withExporter.map(({ name }) => name)).toEqual(
    rendered.map(({ name }) => name).filter((name) => name !== "helm-sidecars"),
  );
});

describe.each(withExporter)("the exporter of $name", ({ name, manifests, workload, exporter }) => {
  const { spec, metadata } = workload.spec.template;

  test("its probes ask routes that exist, on the port of the exporter", () => {
    const http = z.looseObject({ httpGet: z.looseObject({ path: z.string(), port: z.number() }) });
    const probes = z
      .looseObject({ startupProbe: http, livenessProbe: http, readinessProbe: http })
      .transform(({ startupProbe, livenessProbe, readinessProbe }) =>
        [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet),
      )
      .parse(exporter);
    const routes = healthRoutes(() => ({ nodes: 0, up: 0, all: 0, polled: 0 })).map(({ path }) => path);
    expect(probes.map(({ path }) => path)).toEqual(["/-/healthy", "/-/healthy", "/-/ready"]);
    for (const { path, port } of probes) expect([routes.includes(path), port]).toEqual([true, PORT]);
    expect(exporter.ports).toMatchObject([{ name: "peer-exporter", containerPort: PORT }]);
  });

  test("it has the least rights", () => {
    // That chart has another user, and nothing else is lost by that.
    const user = name === "helm-full" ? 1_000_660_000 : 65_532;
    expect(exporter.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(spec.automountServiceAccountToken).toBe(false);
    for (const account of ofKind(manifests, "ServiceAccount")) expect(account.automountServiceAccountToken).toBe(false);
    expect(manifests.filter(({ apiVersion }) => apiVersion.startsWith("rbac."))).toEqual([]);
    for (const key of ["hostNetwork", "hostPID", "hostIPC"]) expect(spec[key]).toBeUndefined();
  });

  test("memory is bounded and CPU is not", () => {
    expect(exporter.resources).toMatchObject({ requests: { cpu: expect.any(String), memory: expect.any(String) } });
    expect(Object.keys(z.object({ limits: labels }).parse(exporter.resources).limits)).toEqual(["memory"]);
  });

  test("selectors take its pods", () => {
    expect(selects(workload.spec.selector.matchLabels, metadata.labels)).toBe(true);
    const services = ofKind(manifests, "Service").map(({ spec: service }) =>
      z.looseObject({ selector: labels, ports: z.array(z.looseObject({ targetPort: z.number() })) }).parse(service),
    );
    const ports = [...spec.containers, ...spec.initContainers].flatMap((each) => each.ports);
    for (const service of services) {
      expect(selects(service.selector, metadata.labels)).toBe(true);
      for (const { targetPort } of service.ports) expect(ports.map((port) => port.containerPort)).toContain(targetPort);
    }
    expect(services).toHaveLength(1);
    if (workload.spec.serviceName !== undefined) {
      expect(ofKind(manifests, "Service").map((service) => service.metadata.name)).toEqual([workload.spec.serviceName]);
    }
    const policies = ofKind(manifests, "NetworkPolicy").map((policy) => policy.spec);
    const budgets = ofKind(manifests, "PodDisruptionBudget").map((budget) => budget.spec);
    const pods = z.looseObject({ matchLabels: labels });
    for (const policy of policies) {
      const { podSelector, ingress } = z
        .looseObject({ podSelector: pods, ingress: z.array(z.looseObject({ ports: z.array(z.unknown()) })) })
        .parse(policy);
      expect(selects(podSelector.matchLabels, metadata.labels)).toBe(true);
      expect(ingress.flatMap((rule) => rule.ports)).toEqual([{ port: PORT, protocol: "TCP" }]);
    }
    for (const budget of budgets) {
      const { selector, ...rest } = z.looseObject({ selector: pods }).parse(budget);
      expect(selects(selector.matchLabels, metadata.labels)).toBe(true);
      // A machine can be drained, also while the only exporter is not ready: the API counts it as one disruption too many.
      // https://github.com/kubernetes/kubernetes/blob/v1.33.0/pkg/registry/core/pod/storage/eviction.go
      expect(rest).toEqual({ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" });
    }
  });

  test("what it mounts is there, as folders", () => {
    for (const mount of exporter.volumeMounts) {
      expect(spec.volumes.map((volume) => volume.name)).toContain(mount.name);
      expect(mount).not.toHaveProperty("subPath");
    }
    for (const { configMap } of spec.volumes) {
      if (configMap !== undefined) expect(Object.keys(filesOf(manifests, configMap.name))).toEqual(["config.yaml"]);
    }
  });

  test("a new configuration reaches the running exporter and does not replace the pod, which may be that of a node", () => {
    for (const { configMap } of spec.volumes) {
      // The hash that kustomize puts into names changes with the content, and with it the pod template.
      if (configMap !== undefined) expect(configMap.name).toMatch(/^peer-exporter(?:-sidecar)?$/);
    }
    expect(metadata.annotations).not.toHaveProperty(["checksum/config"]);
  });

  test("everything is in one namespace, except dashboards, and monitors that were sent elsewhere", () => {
    const elsewhere = (each: Manifest) =>
      each.metadata.labels.grafana_dashboard !== undefined || (name === "helm-full" && /Monitor$/.test(each.kind));
    const namespaces = new Set(manifests.filter((each) => !elsewhere(each)).map((each) => each.metadata.namespace));
    expect(namespaces.size, name).toBe(1);
  });
});

describe.each(withExporter.filter(({ name }) => /monerod|nodeop|chainweb/.test(name)))(
  "the sidecar of $name",
  ({ workload, exporter, manifests }) => {
    test("is a native sidecar of the node", () => {
      expect(workload.spec.template.spec.initContainers).toEqual([exporter]);
      expect(exporter.restartPolicy).toBe("Always");
      expect(workload.spec.template.spec.containers.map(({ name }) => name)).not.toContain("peer-exporter");
    });

    test("the PodMonitor of the monitoring component and that of the chart scrape it", () => {
      for (const from of ["example-central", "helm-full", "helm-sidecars"]) {
        const { selector, podMetricsEndpoints, namespaceSelector } = z
          .looseObject({
            namespaceSelector: z.object({ any: z.literal(true) }),
            selector: z.object({ matchLabels: labels }),
            podMetricsEndpoints: z.array(z.looseObject({ port: z.string(), path: z.literal("/metrics") })),
          })
          .parse(ofKind(golden(from), "PodMonitor")[0]?.spec);
        expect(namespaceSelector.any).toBe(true);
        expect(selects(selector.matchLabels, workload.spec.template.metadata.labels)).toBe(true);
        expect(exporter.ports.map(({ name }) => name)).toEqual(podMetricsEndpoints.map(({ port }) => port));
      }
    });

    test("the Service of the node does not offer the exporter or the node's own API to the exporter", () => {
      const ports = ofKind(manifests, "Service").flatMap(
        ({ spec }) => z.looseObject({ ports: z.array(z.looseObject({ port: z.number() })) }).parse(spec).ports,
      );
      expect(ports.map(({ port }) => port).filter((port) => [PORT, 8888, 18_081].includes(port))).toEqual([]);
    });
  },
);

const monitored = rendered.flatMap(({ name, manifests }) =>
  ofKind(manifests, "ServiceMonitor").map((monitor) => ({ name, manifests, monitor })),
);

test("there are ServiceMonitors to look at", () => {
  expect(monitored.map(({ name }) => name)).toEqual(["example-central", "helm-full", "helm-overrides", "helm-sharded"]);
});

describe.each(monitored)("the ServiceMonitor of $name", ({ manifests, monitor }) => {
  test("selects the Service, by a port that it has, and names the job as the rules want it", () => {
    const { selector, endpoints } = z
      .looseObject({
        selector: z.object({ matchLabels: labels }),
        endpoints: z.array(
          z.looseObject({ port: z.string(), path: z.literal("/metrics"), relabelings: z.array(z.unknown()) }),
        ),
      })
      .parse(monitor.spec);
    const [service] = ofKind(manifests, "Service");
    expect(selects(selector.matchLabels, service?.metadata.labels ?? {})).toBe(true);
    const { ports } = z.looseObject({ ports: z.array(z.looseObject({ name: z.string() })) }).parse(service?.spec);
    expect(endpoints.map(({ port }) => port)).toEqual(ports.map(({ name }) => name));
    for (const { relabelings } of endpoints) {
      expect(relabelings).toContainEqual({ targetLabel: "job", replacement: "peer-exporter" });
    }
  });

  test("has the label that kube-prometheus-stack asks for", () => {
    for (const kind of ["ServiceMonitor", "PodMonitor", "PrometheusRule"]) {
      for (const { metadata } of ofKind(manifests, kind)) expect(metadata.labels.release).toBe("kube-prometheus-stack");
    }
  });
});

describe.each(withExporter.filter(({ name }) => name.includes("sharded")))("the shards of $name", (sharded) => {
  const { workload, manifests, exporter } = sharded;

  test("are as many as the flag says, numbered by the name of their pods", () => {
    expect(workload.kind).toBe("StatefulSet");
    expect(exporter.args).toContain(`--shard=auto/${workload.spec.replicas}`);
    expect(workload.spec.replicas).toBeGreaterThan(1);
    expect(exporter.env).toContainEqual({
      name: "POD_NAME",
      valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
    });
    expect(workload.spec).not.toHaveProperty("ordinals");
    expect(ofKind(manifests, "Service")[0]?.spec).toMatchObject({ clusterIP: "None" });
  });
});

test("but for its shards the sharded example is the exporter of the base", () => {
  const [base] = workloadsOf(golden("base"));
  const [sharded] = workloadsOf(golden("example-sharded"));
  const alike = (workload: Workload | undefined) => {
    const exporter = workload && exporterOf(workload.spec.template);
    const args = exporter?.args.filter((arg) => !arg.startsWith("--shard"));
    return { ...workload?.spec.template.spec, containers: [{ ...exporter, args, env: [] }] };
  };
  expect(alike(sharded)).toEqual(alike(base));
});

test("Helm and Kustomize make the same pod", () => {
  const [base] = workloadsOf(golden("base"));
  const [chart] = workloadsOf(golden("helm-minimal"));
  const DIFFERENT = ["imagePullPolicy", "args", "env", "volumeMounts"];
  const container = (workload: Workload | undefined) =>
    Object.fromEntries(
      Object.entries((workload && exporterOf(workload.spec.template)) ?? {}).filter(
        ([key]) => !DIFFERENT.includes(key),
      ),
    );
  const withoutScheme = JSON.parse(
    JSON.stringify(container(chart), (key, value) => (key === "scheme" ? undefined : value)),
  );
  expect(withoutScheme).toEqual(container(base));
  const { containers: _, volumes: __, ...pod } = base?.spec.template.spec ?? {};
  expect(chart?.spec.template.spec).toMatchObject(pod);
});
