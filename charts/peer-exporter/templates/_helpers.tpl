{{- /* At most 50 characters, the last a letter or digit. */ -}}
{{- define "peer-exporter.short" -}}
{{- regexReplaceAll "[^A-Za-z0-9]+$" (trunc 50 .) "" }}
{{- end }}

{{- define "peer-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | include "peer-exporter.short" }}
{{- end }}

{{- define "peer-exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- include "peer-exporter.short" .Values.fullnameOverride }}
{{- else if contains (include "peer-exporter.name" .) .Release.Name }}
{{- include "peer-exporter.short" .Release.Name }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "peer-exporter.name" .) | include "peer-exporter.short" }}
{{- end }}
{{- end }}

{{- /* Shards have a headless Service, and a Service can never become headless: where `shards` changes, another takes its place. */ -}}
{{- define "peer-exporter.serviceName" -}}
{{- include "peer-exporter.fullname" . }}{{ if gt (int .Values.shards) 1 }}-shards{{ end }}
{{- end }}

{{- define "peer-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "peer-exporter.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "peer-exporter.labels" -}}
{{- $labels := deepCopy (default dict .Values.commonLabels) }}
{{- $_ := set $labels "app.kubernetes.io/version" (toString .Chart.AppVersion) }}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .Release.Service }}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") }}
{{- include "peer-exporter.merged" (list $labels (include "peer-exporter.selectorLabels" . | fromYaml)) }}
{{- end }}

{{- /* Maps as one, in which a later one wins: written one after the other, they could have a key twice. */ -}}
{{- define "peer-exporter.merged" -}}
{{- $all := dict }}
{{- range . }}
{{- range $key, $value := . }}
{{- $_ := set $all $key $value }}
{{- end }}
{{- end }}
{{- with $all }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{- /* Everything below `metadata`; of `root`, `name`, and, if there are any, `namespace`, `labels` and `annotations`. */ -}}
{{- define "peer-exporter.metadata" -}}
name: {{ .name }}
namespace: {{ default .root.Release.Namespace .namespace }}
labels:
  {{- include "peer-exporter.merged" (list (include "peer-exporter.labels" .root | fromYaml) .labels) | nindent 2 }}
{{- with include "peer-exporter.merged" (list .root.Values.commonAnnotations .annotations) }}
annotations:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "peer-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "peer-exporter.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "peer-exporter.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{- /* Helm holds 20261122 as 2.0261122e+07. */ -}}
{{- $tag := kindIs "float64" .Values.image.tag | ternary (int64 .Values.image.tag) .Values.image.tag -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion $tag }}
{{- end }}
{{- end }}

{{- /* A probe: a path, and the timings of the values. */ -}}
{{- define "peer-exporter.probe" -}}
httpGet: {path: {{ .path }}, port: 10900, scheme: {{ upper .root.Values.scheme }}}
{{- with .timings }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* What a ServiceMonitor's endpoint and a PodMonitor's have in common. */ -}}
{{- define "peer-exporter.endpoint" -}}
path: /metrics
{{- with .interval }}
interval: {{ . }}
{{- end }}
{{- with .scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- if .honorLabels }}
honorLabels: true
{{- end }}
{{- with .tlsConfig }}
tlsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .basicAuth }}
basicAuth:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .authorization }}
authorization:
  {{- toYaml . | nindent 2 }}
{{- end }}
relabelings:
  # The alert PeerExporterDown and the recording rules go by it.
  - targetLabel: job
    replacement: peer-exporter
  {{- with .relabelings }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
metricRelabelings:
  # Lines with the time from which a counter counts would be a second series for each counter.
  - sourceLabels: [__name__]
    regex: (p2p|peer_exporter|process|nodejs)_.+_created
    action: drop
  {{- with .metricRelabelings }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- /* Limits and labels of a monitor as a whole. */ -}}
{{- define "peer-exporter.monitor" -}}
{{- with .sampleLimit }}
sampleLimit: {{ int64 . }}
{{- end }}
{{- with .targetLabels }}
targetLabels:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .podTargetLabels }}
podTargetLabels:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
