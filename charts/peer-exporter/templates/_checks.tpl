{{- /*
Checks of values, for checks.yaml: each prints a line for each problem. What they refuse would otherwise be refused by the
API server, in words that do not name the value, or be left out without a word.
*/ -}}

{{- define "peer-exporter.checks.names" -}}
{{- $service := include "peer-exporter.serviceName" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $service) }}
the Service would be named {{ $service }}, but its name has to begin with a letter and have only small letters, digits and -: set fullnameOverride
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.image" -}}
{{- with .Values.image }}
{{- if and (kindIs "float64" .tag) (ne (floor .tag) .tag) }}
image.tag {{ .tag }} is a number, for which YAML has lost the zeros at the end: write it in quotes, for instance "1.10"
{{- end }}
{{- end }}
{{- end }}

{{- /* Flags of `serve` that the chart sets, or that lead the probes and monitors to an address where nothing is. */ -}}
{{- define "peer-exporter.checks.args" -}}
{{- $own := dict
  "config.file" "the chart sets it: use config or existingConfigMap"
  "log.level" "the chart sets it: use logLevel"
  "shard" "the chart sets it: use shards"
  "web.listen-address" "probes, Service and monitors use port 10900: service.port is the port of the Service"
  "web.systemd-socket" "there is no systemd in a container"
  "web.telemetry-path" "the monitors ask /metrics"
}}
{{- $names := list }}
{{- $prefix := "" }}
{{- range .Values.extraArgs }}
{{- $name := regexFind "^--[^=]*" . | trimPrefix "--" }}
{{- $value := trimPrefix (printf "--%s" $name) . | trimPrefix "=" }}
{{- $names = append $names $name }}
{{- with get $own $name }}
extraArgs has --{{ $name }}: {{ . }}
{{- end }}
{{- if and (eq $name "web.external-url") (eq $prefix "") }}
{{- $prefix = get (urlParse $value) "path" }}
{{- end }}
{{- if eq $name "web.route-prefix" }}
{{- $prefix = $value }}
{{- end }}
{{- end }}
{{- if not (has $prefix (list "" "/")) }}
extraArgs moves all pages below {{ $prefix }}, where the probes and monitors do not look: add --web.route-prefix=/ and let the proxy remove the path
{{- end }}
{{- if and (eq .Values.scheme "https") (not (has "web.config.file" $names)) }}
scheme is https, but extraArgs has no --web.config.file, without which the exporter speaks plain HTTP
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.env" -}}
{{- $seen := list "POD_NAME" }}
{{- range .Values.env }}
{{- if eq .name "POD_NAME" }}
env has POD_NAME, which the chart sets
{{- else if has .name $seen }}
env has {{ .name }} twice
{{- end }}
{{- $seen = append $seen .name }}
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.mounts" -}}
{{- $volumes := list "config" }}
{{- $paths := list "/etc/peer-exporter" }}
{{- if .Values.existingSecret }}
{{- $volumes = append $volumes "secrets" }}
{{- $paths = append $paths "/run/secrets/peer-exporter" }}
{{- end }}
{{- range $index, $_ := .Values.secretMounts }}
{{- $volumes = append $volumes (printf "secret-%d" $index) }}
{{- end }}
{{- range .Values.extraVolumes }}
{{- if has .name $volumes }}
extraVolumes has {{ .name }}, the name of another volume of the pod
{{- end }}
{{- $volumes = append $volumes .name }}
{{- end }}
{{- range concat (default list .Values.secretMounts) (default list .Values.extraVolumeMounts) }}
{{- $path := trimSuffix "/" .mountPath }}
{{- if has $path $paths }}
mountPath {{ .mountPath }} is that of another mount of the exporter
{{- end }}
{{- $paths = append $paths $path }}
{{- if and (hasKey . "name") (not (has .name $volumes)) }}
extraVolumeMounts names the volume {{ .name }}, which is not in extraVolumes
{{- end }}
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.containers" -}}
{{- $seen := list }}
{{- range concat (default list .Values.initContainers) (default list .Values.extraContainers) }}
{{- if has .name $seen }}
initContainers and extraContainers have {{ .name }} twice
{{- end }}
{{- $seen = append $seen .name }}
{{- end }}
{{- range .Values.extraContainers }}
{{- if hasKey . "restartPolicy" }}
extraContainers: {{ .name }} has a restartPolicy, which only initContainers can have
{{- end }}
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.security" -}}
{{- $pod := default dict .Values.podSecurityContext }}
{{- $container := default dict .Values.securityContext }}
{{- $all := fromYaml (include "peer-exporter.merged" (list $pod $container)) }}
{{- if and $all.runAsNonRoot (hasKey $all "runAsUser") (eq (int64 $all.runAsUser) 0) }}
runAsUser is 0, but runAsNonRoot is true: the pod would never start
{{- end }}
{{- if and $container.privileged (eq (toString $container.allowPrivilegeEscalation) "false") }}
securityContext.privileged is true, so allowPrivilegeEscalation cannot be false
{{- end }}
{{- end }}

{{- /* A quantity as a number, for comparisons. */ -}}
{{- define "peer-exporter.amount" -}}
{{- $suffix := regexFind "([numkMGTPE]|[KMGTPE]i)$" . }}
{{- $factors := dict "" 1.0 "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18
  "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 "Ei" 1152921504606846976.0 }}
{{- mulf (float64 (trimSuffix $suffix .)) (get $factors $suffix) }}
{{- end }}

{{- define "peer-exporter.checks.resources" -}}
{{- $resources := default dict .Values.resources }}
{{- $limits := default dict $resources.limits }}
{{- range $name, $request := $resources.requests }}
{{- $limit := get $limits $name }}
{{- if and (hasKey $limits $name) (gt (include "peer-exporter.amount" (toString $request) | float64) (include "peer-exporter.amount" (toString $limit) | float64)) }}
resources.requests.{{ $name }} {{ $request }} is more than resources.limits.{{ $name }} {{ $limit }}
{{- end }}
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.rollout" -}}
{{- if and (gt (int .Values.shards) 1) .Values.strategy }}
strategy is that of a Deployment, but shards are a StatefulSet: use updateStrategy
{{- end }}
{{- if and (eq (int .Values.shards) 1) .Values.updateStrategy }}
updateStrategy is that of a StatefulSet, but one exporter is a Deployment: use strategy
{{- end }}
{{- $update := default dict (default dict .Values.strategy).rollingUpdate }}
{{- if and (has (toString $update.maxSurge) (list "0" "0%")) (has (toString $update.maxUnavailable) (list "0" "0%")) }}
strategy.rollingUpdate: maxSurge and maxUnavailable cannot both be 0
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.service" -}}
{{- $service := .Values.service }}
{{- $type := default "ClusterIP" $service.type }}
{{- if and (gt (int .Values.shards) 1) (ne $type "ClusterIP") }}
service.type is {{ $type }}, but shards have a headless Service: a common address would return the pages of a random shard
{{- end }}
{{- if and $service.nodePort (eq $type "ClusterIP") }}
service.nodePort needs the service.type NodePort or LoadBalancer
{{- end }}
{{- range list "loadBalancerClass" "loadBalancerSourceRanges" }}
{{- if and (get $service .) (ne $type "LoadBalancer") }}
service.{{ . }} needs the service.type LoadBalancer
{{- end }}
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.dns" -}}
{{- if and (eq (toString .Values.dnsPolicy) "None") (not (default dict .Values.dnsConfig).nameservers) }}
dnsPolicy: None needs nameservers in dnsConfig
{{- end }}
{{- end }}

{{- /* A duration of Prometheus in milliseconds. */ -}}
{{- define "peer-exporter.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 "w" 604800000 "y" 31536000000 }}
{{- $sum := 0 }}
{{- range regexFindAll "[0-9]+[a-z]+" . -1 }}
{{- $sum = add $sum (mul (regexFind "[0-9]+" . | atoi) (regexFind "[a-z]+" . | get $units)) }}
{{- end }}
{{- $sum }}
{{- end }}

{{- define "peer-exporter.checks.monitor" -}}
{{- $name := .name }}
{{- with .monitor }}
{{- $interval := include "peer-exporter.milliseconds" (default "" .interval) | int64 }}
{{- $timeout := include "peer-exporter.milliseconds" (default "" .scrapeTimeout) | int64 }}
{{- range $key, $value := dict "interval" $interval "scrapeTimeout" $timeout }}
{{- if and (get $.monitor $key) (eq $value 0) }}
{{ $name }}.{{ $key }} is {{ get $.monitor $key }}: leave it empty for that of Prometheus
{{- end }}
{{- end }}
{{- if and $interval (gt $timeout $interval) }}
{{ $name }}.scrapeTimeout {{ .scrapeTimeout }} is longer than {{ $name }}.interval {{ .interval }}: the Prometheus operator would leave out the whole monitor, and say so only in its log
{{- end }}
{{- if and .basicAuth .authorization }}
{{ $name }} has basicAuth and authorization: the Prometheus operator takes only one of them
{{- end }}
{{- range $key, $steps := dict "relabelings" .relabelings "metricRelabelings" .metricRelabelings }}
{{- range $steps }}
{{- /* The error of a bad one ends the rendering, and names what is wrong with it. */}}
{{- $_ := mustRegexMatch (printf "^(?s:%s)$" (default "" .regex)) "" }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
