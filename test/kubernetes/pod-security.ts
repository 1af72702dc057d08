import * as z from "zod";

/**
 * The Pod Security Standard `restricted`, as https://kubernetes.io/docs/concepts/security/pod-security-standards/ has it for
 * Linux pods. Fields that it does not know of are no matter.
 */

const seccompProfile = z.looseObject({ type: z.string() }).optional();
const appArmorProfile = z.looseObject({ type: z.string() }).optional();
const seLinuxOptions = z
  .looseObject({ type: z.string().optional(), user: z.string().optional(), role: z.string().optional() })
  .optional();

const common = {
  runAsNonRoot: z.boolean().optional(),
  runAsUser: z.number().optional(),
  windowsOptions: z.looseObject({ hostProcess: z.boolean().optional() }).optional(),
  seccompProfile,
  appArmorProfile,
  seLinuxOptions,
};

const handler = z.looseObject({ host: z.string().optional() }).optional();
const probe = z.looseObject({ httpGet: handler, tcpSocket: handler }).optional();

const container = z.looseObject({
  name: z.string(),
  ports: z.array(z.looseObject({ hostPort: z.number().optional() })).default([]),
  ...{ livenessProbe: probe, readinessProbe: probe, startupProbe: probe },
  lifecycle: z.looseObject({ postStart: probe, preStop: probe }).default({}),
  securityContext: z
    .looseObject({
      ...common,
      privileged: z.boolean().optional(),
      allowPrivilegeEscalation: z.boolean().optional(),
      procMount: z.string().optional(),
      capabilities: z
        .looseObject({ add: z.array(z.string()).default([]), drop: z.array(z.string()).default([]) })
        .optional(),
    })
    .default({}),
});

const pod = z.looseObject({
  containers: z.array(container),
  initContainers: z.array(container).default([]),
  ephemeralContainers: z.array(container).default([]),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  securityContext: z
    .looseObject({ ...common, sysctls: z.array(z.looseObject({ name: z.string() })).default([]) })
    .default({ sysctls: [] }),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
});

type Pod = z.infer<typeof pod>;
type Container = z.infer<typeof container>;
type Context = Pick<Pod["securityContext"], keyof typeof common>;

const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

const SYSCTLS = [
  ...["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"],
  ...["net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"],
  ...["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"],
  ...["net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"],
];

const SELINUX_TYPES = [undefined, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

const isGoodSeccomp = (profile: Context["seccompProfile"]) =>
  profile?.type === "RuntimeDefault" || profile?.type === "Localhost";

/**
 * Why a cluster does not admit a pod to a namespace with `pod-security.kubernetes.io/enforce: restricted`.
 * @param spec of a pod
 */
export function restrictedProblems(spec: unknown): readonly string[] {
  const parsed = pod.parse(spec);
  const containers = [...parsed.initContainers, ...parsed.containers, ...parsed.ephemeralContainers];
  return [
    ...(["hostNetwork", "hostPID", "hostIPC"] as const).filter((key) => parsed[key] === true),
    ...contextProblems(parsed.securityContext),
    ...parsed.securityContext.sysctls.filter(({ name }) => !SYSCTLS.includes(name)).map(({ name }) => `sysctl ${name}`),
    ...parsed.volumes
      .filter((volume) => !VOLUMES.some((type) => type in volume))
      .map(({ name }) => `type of the volume ${name}`),
    ...containers.flatMap((each) =>
      containerProblems(each, parsed.securityContext).map((text) => `${each.name}: ${text}`),
    ),
  ];
}

/** What neither a pod nor a container may say. */
function contextProblems({
  runAsUser,
  windowsOptions,
  appArmorProfile,
  seLinuxOptions,
  ...rest
}: Context): readonly string[] {
  const { type, user = "", role = "" } = seLinuxOptions ?? {};
  return named({
    runAsUser: runAsUser === 0,
    runAsNonRoot: rest.runAsNonRoot === false,
    hostProcess: windowsOptions?.hostProcess === true,
    appArmorProfile: appArmorProfile?.type === "Unconfined",
    seLinuxOptions: !SELINUX_TYPES.includes(type) || user !== "" || role !== "",
    seccompProfile: rest.seccompProfile !== undefined && !isGoodSeccomp(rest.seccompProfile),
  });
}

function containerProblems(each: Container, ofPod: Context): readonly string[] {
  const { securityContext: own, ports, livenessProbe, readinessProbe, startupProbe, lifecycle } = each;
  const { add = [], drop = [] } = own.capabilities ?? {};
  const calls = [livenessProbe, readinessProbe, startupProbe, lifecycle.postStart, lifecycle.preStop];
  return [
    ...contextProblems(own),
    ...named({
      privileged: own.privileged === true,
      allowPrivilegeEscalation: own.allowPrivilegeEscalation !== false,
      "capabilities.drop": !drop.includes("ALL"),
      "capabilities.add": add.some((capability) => capability !== "NET_BIND_SERVICE"),
      procMount: own.procMount !== undefined && own.procMount !== "Default",
      hostPort: ports.some(({ hostPort = 0 }) => hostPort !== 0),
      "host of a probe": calls.some((call) => [call?.httpGet, call?.tcpSocket].some((to) => (to?.host ?? "") !== "")),
      "runAsNonRoot is missing": (own.runAsNonRoot ?? ofPod.runAsNonRoot) === undefined,
      "seccompProfile is missing": (own.seccompProfile ?? ofPod.seccompProfile) === undefined,
    }),
  ];
}

const named = (problems: Readonly<Record<string, boolean>>) =>
  Object.entries(problems).flatMap(([name, isProblem]) => (isProblem ? [name] : []));
