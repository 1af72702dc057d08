{{- define "peer-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "peer-exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "peer-exporter.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "peer-exporter.name" .) | trunc 50 | trimSuffix "-" }}
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
{{ include "peer-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
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
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
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
