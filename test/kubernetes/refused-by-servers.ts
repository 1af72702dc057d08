/** Values that look right, and that the API server or the operator would refuse: so the schema does, as in refused-values.ts. */
export const refusedByServers: readonly (readonly [values: string, where: string])[] = [
  // What the API server alone would refuse, in words that do not name the value.
  ["env: [{name: ., value: a}]", "/env/0/name"],
  ["env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.nam}}}]", "/env/0/valueFrom/fieldRef/fieldPath"],
  ["env: [{name: A, valueFrom: {resourceFieldRef: {resource: cpu}}}]", "/env/0/valueFrom/resourceFieldRef/resource"],
  [
    "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1Mi}}}]",
    "/env/0/valueFrom/resourceFieldRef/divisor",
  ],
  [
    "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1m}}}]",
    "/env/0/valueFrom/resourceFieldRef/divisor",
  ],
  ["env: [{name: A, valueFrom: {secretKeyRef: {name: a, key: ..a}}}]", "/env/0/valueFrom/secretKeyRef/key"],
  ["envFrom: [{prefix: a=b, secretRef: {name: a}}]", "/envFrom/0/prefix"],
  ["imagePullSecrets: [{name: a}, {name: a}]", "/imagePullSecrets"],
  ["hostAliases: [{ip: 1.2.3, hostnames: [a]}]", "/hostAliases/0/ip"],
  ["hostAliases: [{ip: 10.0.0.256, hostnames: [a]}]", "/hostAliases/0/ip"],
  ["dnsConfig: {searches: [two words]}", "/dnsConfig/searches/0"],
  ["service: {loadBalancerSourceRanges: [10.0.0.0/33]}", "/service/loadBalancerSourceRanges/0"],
  ["networkPolicy: {from: [{ipBlock: {cidr: '2001:db8::/129'}}]}", "/networkPolicy/from/0/ipBlock/cidr"],
  [
    "networkPolicy: {from: [{podSelector: {matchExpressions: [{key: a, operator: In}]}}]}",
    "/networkPolicy/from/0/podSelector/matchExpressions/0",
  ],
  [
    "networkPolicy: {from: [{podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}]}",
    "/networkPolicy/from/0/podSelector/matchExpressions/0/values",
  ],
  ["networkPolicy: {egress: [{ports: [{endPort: 5}]}]}", "/networkPolicy/egress/0/ports/0"],
  ["networkPolicy: {egress: [{ports: [{port: dns, endPort: 5}]}]}", "/networkPolicy/egress/0/ports/0"],
  ["networkPolicy: {egress: [{ports: [{port: '53'}]}]}", "/networkPolicy/egress/0/ports/0/port"],
  ["networkPolicy: {egress: [{ports: [{port: a--b}]}]}", "/networkPolicy/egress/0/ports/0/port"],
  ["extraVolumes: [{name: a, emptyDir: {}, hostPath: {path: /a}}]", "/extraVolumes/0"],
  ["extraVolumes: [{name: a, configMap: a}]", "/extraVolumes/0/configMap"],
  ["extraVolumeMounts: [{name: config, mountPath: /a, subPath: ../b}]", "/extraVolumeMounts/0/subPath"],
  ["extraVolumeMounts: [{name: config, mountPath: /a, readonly: true}]", "/extraVolumeMounts/0"],
  ["extraContainers: [{name: a, image: a, ports: [{name: http}]}]", "/extraContainers/0/ports/0"],
  ["initContainers: [{name: a, image: a, restartPolicy: Sometimes}]", "/initContainers/0/restartPolicy"],
  ["strategy: {rollingUpdate: {maxUnavailable: 101%}}", "/strategy/rollingUpdate/maxUnavailable"],
  ["shards: 2\nupdateStrategy: {rollingUpdate: {maxUnavailable: 0}}", "/updateStrategy/rollingUpdate/maxUnavailable"],
  ["minReadySeconds: 3000000000", "/minReadySeconds"],
  ["startupProbe: {periodSeconds: 3000000000}", "/startupProbe/periodSeconds"],
  ["securityContext: {runAsUser: 3000000000}", "/securityContext/runAsUser"],
  ["securityContext: {procMount: Unmasked}", "/securityContext/procMount"],
  ["securityContext: {seLinuxOptions: {levels: s0}}", "/securityContext/seLinuxOptions"],
  ["securityContext: {windowsOptions: {runAsUserName: a}}", "/securityContext"],
  ["securityContext: {appArmorProfile: {type: Localhost}}", "/securityContext/appArmorProfile"],
  ["podSecurityContext: {seccompProfile: {type: Localhost}}", "/podSecurityContext/seccompProfile"],
  [
    "podSecurityContext: {seccompProfile: {type: Localhost, localhostProfile: ../a}}",
    "/podSecurityContext/seccompProfile/localhostProfile",
  ],
  [
    "podSecurityContext: {seccompProfile: {type: RuntimeDefault, localhostProfile: a}}",
    "/podSecurityContext/seccompProfile",
  ],
  ["podSecurityContext: {sysctls: [{name: a b, value: '1'}]}", "/podSecurityContext/sysctls/0/name"],
  ["resources: {limits: {gpu: 1}}", "/resources"],
  ["resources: {limits: {nvidia.com/gpu: 0.5}}", "/resources/limits/nvidia.com~1gpu"],
  ["resources: {claims: [{name: a}]}", "/resources"],
  [
    "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1}]}}",
    "/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/0",
  ],
  [
    "affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1}]}}",
    "/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/0",
  ],
  [
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}",
    "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms",
  ],
  [
    "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway, minDomains: 2}]",
    "/topologySpreadConstraints/0/whenUnsatisfiable",
  ],

  // What the operator leaves out, and says only in its log.
  ["serviceMonitor: {namespace: a.b}", "/serviceMonitor/namespace"],
  ["serviceMonitor: {tlsConfig: {certFile: /a}}", "/serviceMonitor/tlsConfig"],
  ["serviceMonitor: {tlsConfig: {cert: {secret: {name: a, key: b}}}}", "/serviceMonitor/tlsConfig"],
  ["serviceMonitor: {relabelings: [{targetLabel: a b}]}", "/serviceMonitor/relabelings/0/targetLabel"],
  [
    "serviceMonitor: {relabelings: [{action: lowercase, sourceLabels: [a], targetLabel: '$1'}]}",
    "/serviceMonitor/relabelings/0/targetLabel",
  ],
  [
    "serviceMonitor: {relabelings: [{action: uppercase, sourceLabels: [a], targetLabel: b, replacement: c}]}",
    "/serviceMonitor/relabelings/0/replacement",
  ],
  [
    "podMonitor: {metricRelabelings: [{action: dropequal, sourceLabels: [a], targetLabel: b, regex: c}]}",
    "/podMonitor/metricRelabelings/0/regex",
  ],
  [
    "podMonitor: {metricRelabelings: [{action: labeldrop, regex: a, sourceLabels: [b]}]}",
    "/podMonitor/metricRelabelings/0/sourceLabels",
  ],
  [
    "podMonitor: {metricRelabelings: [{action: labelmap, regex: a(.*), replacement: $1-b}]}",
    "/podMonitor/metricRelabelings/0/replacement",
  ],
];
