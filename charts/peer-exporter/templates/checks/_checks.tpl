{{- /*
Checks of values, for values.yaml: each prints a line for each problem. What they refuse would otherwise be refused by the
API server, in words that do not name the value, or be left out without a word.
*/ -}}

{{- /* null takes a default away, after which Helm has nothing to compare with the schema. */ -}}
{{- define "peer-exporter.checks.nulls" -}}
{{- $needed := dict
  "enabled" "" "shards" "" "scheme" "" "logLevel" ""
  "image" "repository pullPolicy" "serviceAccount" "create" "service" "port" "networkPolicy" "enabled" "podDisruptionBudget" "enabled"
  "serviceMonitor" "enabled" "podMonitor" "enabled scheme matchLabels namespaceSelector" "dashboards" "enabled"
  "prometheusRule" "enabled thresholds"
}}
{{- range $name, $keys := $needed }}
{{- $value := index $.Values $name }}
{{- if kindIs "invalid" $value }}
{{ $name }} is null, which takes its default away: leave it out, or set it
{{- else if kindIs "map" $value }}
{{- range without (splitList " " $keys) "" }}
{{- if kindIs "invalid" (index $value .) }}
{{ $name }}.{{ . }} is null, which takes its default away: leave it out, or set it
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.names" -}}
{{- $name := include "peer-exporter.serviceName" . }}
{{- $full := include "peer-exporter.fullname" . }}
{{- if and .Values.enabled (not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name)) }}
the Service would be named {{ $name }}, but its name has to begin with a letter and have only small letters, digits and -: set fullnameOverride
{{- else if not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" $full) }}
objects would be named {{ $full }}, but their names have only small letters, digits, - and .: set fullnameOverride
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.image" -}}
{{- with .Values.image }}
{{- if and (kindIs "float64" .tag) (gt .tag 9007199254740992.0) }}
image.tag is a number with too many digits for YAML, which makes {{ .tag }} of it: write it in quotes
{{- else }}
{{- if and (kindIs "float64" .tag) (ne (floor .tag) .tag) }}
image.tag {{ .tag }} is a number, for which YAML has lost the zeros at the end: write it in quotes, for instance "1.10"
{{- end }}
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

{{- define "peer-exporter.checks.rollout" -}}
{{- if and (gt (int .Values.shards) 1) .Values.strategy }}
strategy is that of a Deployment, but shards are a StatefulSet: use updateStrategy
{{- end }}
{{- if and (eq (int .Values.shards) 1) .Values.updateStrategy }}
updateStrategy is that of a StatefulSet, but one exporter is a Deployment: use strategy
{{- end }}
{{- $update := default dict (default dict .Values.strategy).rollingUpdate }}
{{- if and (eq (int .Values.shards) 1) (ge (int64 .Values.minReadySeconds) 600) }}
minReadySeconds {{ int64 .Values.minReadySeconds }} has to be less than 600, after which Kubernetes calls a roll-out of a Deployment failed
{{- end }}
{{- if and (has (toString $update.maxSurge) (list "0" "0%")) (has (toString $update.maxUnavailable) (list "0" "0%")) }}
strategy.rollingUpdate: maxSurge and maxUnavailable cannot both be 0
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.scheduling" -}}
{{- $seen := list }}
{{- range .Values.topologySpreadConstraints }}
{{- $key := printf "%s with %s" .topologyKey .whenUnsatisfiable }}
{{- if has $key $seen }}
topologySpreadConstraints has {{ $key }} twice
{{- end }}
{{- $seen = append $seen $key }}
{{- end }}
{{- end }}
