import { describe, expect, test } from "vitest";
import { golden, renderings, workloadsOf } from "./manifests.ts";
import { restrictedProblems } from "./pod-security.ts";

/** Every pod of the manifests is one that a namespace with the strictest Pod Security Standard admits. */

const pods = renderings.flatMap(({ name }) =>
  workloadsOf(golden(name)).map((workload) => ({ name, spec: workload.spec.template.spec })),
);

test("there are pods to look at: those of the exporter, and those of nodes with their sidecar", () => {
  expect(pods.map(({ name }) => name)).toEqual(
    renderings.map(({ name }) => name).filter((name) => name !== "helm-sidecars"),
  );
  const withMore = pods.filter(({ spec }) => spec.initContainers.length > 0 && spec.containers.length > 0);
  expect(withMore.map(({ name }) => name).filter((name) => name.startsWith("example-"))).toHaveLength(4);
});

test.each(pods)("the pod of $name is admitted under restricted", ({ spec }) => {
  expect(restrictedProblems(spec)).toEqual([]);
});

describe("what restricted does not admit is found", () => {
  const container = {
    name: "node",
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
  const good = {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
    volumes: [{ name: "data", emptyDir: {} }],
  };
  const withContext = (more: object) => ({
    ...good,
    containers: [{ ...container, securityContext: { ...container.securityContext, ...more } }],
  });

  test("a good pod has no problem", () => {
    expect(restrictedProblems(good)).toEqual([]);
    expect(restrictedProblems(withContext({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }))).toEqual([]);
  });

  test.each([
    ["host network", { ...good, hostNetwork: true }, "hostNetwork"],
    ["root", { ...good, securityContext: { ...good.securityContext, runAsUser: 0 } }, "runAsUser"],
    ["root of a container", withContext({ runAsUser: 0 }), "node: runAsUser"],
    ["a container that may be root", withContext({ runAsNonRoot: false }), "node: runAsNonRoot"],
    [
      "no word on root",
      { ...good, securityContext: { seccompProfile: { type: "Localhost" } } },
      "node: runAsNonRoot is missing",
    ],
    ["no seccomp profile", { ...good, securityContext: { runAsNonRoot: true } }, "node: seccompProfile is missing"],
    ["an unconfined container", withContext({ seccompProfile: { type: "Unconfined" } }), "node: seccompProfile"],
    ["a privileged container", withContext({ privileged: true }), "node: privileged"],
    ["escalation", withContext({ allowPrivilegeEscalation: undefined }), "node: allowPrivilegeEscalation"],
    ["capabilities", withContext({ capabilities: undefined }), "node: capabilities.drop"],
    [
      "another capability",
      withContext({ capabilities: { drop: ["ALL"], add: ["SYS_TIME"] } }),
      "node: capabilities.add",
    ],
    ["an unmasked /proc", withContext({ procMount: "Unmasked" }), "node: procMount"],
    ["another SELinux type", withContext({ seLinuxOptions: { type: "spc_t" } }), "node: seLinuxOptions"],
    ["no AppArmor", withContext({ appArmorProfile: { type: "Unconfined" } }), "node: appArmorProfile"],
    ["a process of the host", withContext({ windowsOptions: { hostProcess: true } }), "node: hostProcess"],
    ["a folder of the host", { ...good, volumes: [{ name: "data", hostPath: {} }] }, "type of the volume data"],
    [
      "an unsafe sysctl",
      { ...good, securityContext: { ...good.securityContext, sysctls: [{ name: "kernel.msgmax" }] } },
      "sysctl kernel.msgmax",
    ],
    ["a port of the host", { ...good, containers: [{ ...container, ports: [{ hostPort: 80 }] }] }, "node: hostPort"],
    [
      "a probe of another host",
      { ...good, containers: [{ ...container, livenessProbe: { httpGet: { host: "10.0.0.1" } } }] },
      "node: host of a probe",
    ],
    ["an init container like that", { ...good, initContainers: [{ name: "node" }] }, "node: allowPrivilegeEscalation"],
  ])("%s", (_, spec, problem) => {
    expect(restrictedProblems(spec)).toContain(problem);
  });
});
