{{- /* Checks of containers, their mounts, rights and resources; see _checks.tpl. */ -}}

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
{{- $own := list (dict "mountPath" "/etc/peer-exporter") }}
{{- if .Values.existingSecret }}
{{- $volumes = append $volumes "secrets" }}
{{- $own = append $own (dict "mountPath" "/run/secrets/peer-exporter") }}
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
{{- $mounts := concat $own (default list .Values.secretMounts) (default list .Values.extraVolumeMounts) }}
{{- include "peer-exporter.checks.mountsOf" (dict "mounts" $mounts "what" "extraVolumeMounts" "owner" "the exporter" "volumes" $volumes) }}
{{- range $what := list "initContainers" "extraContainers" }}
{{- range index $.Values $what }}
{{- include "peer-exporter.checks.mountsOf" (dict "mounts" .volumeMounts "what" (printf "%s %s" $what .name) "owner" .name "volumes" $volumes) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The mounts of a container (.owner), which are set by .what. */ -}}
{{- define "peer-exporter.checks.mountsOf" -}}
{{- $paths := list }}
{{- range .mounts }}
{{- $path := trimSuffix "/" .mountPath }}
{{- if has $path $paths }}
mountPath {{ .mountPath }} is that of another mount of {{ $.owner }}
{{- end }}
{{- $paths = append $paths $path }}
{{- if and (hasKey . "name") (not (has .name $.volumes)) }}
{{ $.what }} names the volume {{ .name }}, which is not in extraVolumes
{{- end }}
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.containers" -}}
{{- $seen := list }}
{{- range $what := list "initContainers" "extraContainers" }}
{{- range index $.Values $what }}
{{- $name := printf "%s %s" $what .name }}
{{- if has .name $seen }}
initContainers and extraContainers have {{ .name }} twice
{{- end }}
{{- $seen = append $seen .name }}
{{- if and (hasKey . "restartPolicy") (eq $what "extraContainers") }}
extraContainers: {{ .name }} has a restartPolicy, which only initContainers can have
{{- end }}
{{- $isSidecar := or (eq $what "extraContainers") (eq (toString .restartPolicy) "Always") }}
{{- $container := . }}
{{- range list "readinessProbe" "livenessProbe" "startupProbe" "lifecycle" }}
{{- if and (hasKey $container .) (not $isSidecar) }}
{{ $name }} has a {{ . }}, but ends before the exporter starts; with restartPolicy: Always it runs together with it
{{- end }}
{{- end }}
{{- range .ports }}
{{- if and $isSidecar (eq (int .containerPort) 10900) }}
{{ $name }} has the port 10900, which is the exporter's
{{- end }}
{{- end }}
{{- $variables := list }}
{{- range .env }}
{{- if has .name $variables }}
{{ $name }}: env has {{ .name }} twice
{{- end }}
{{- $variables = append $variables .name }}
{{- end }}
{{- include "peer-exporter.checks.resourcesOf" (dict "resources" .resources "what" (printf "%s: resources" $name)) }}
{{- include "peer-exporter.checks.escalation" (dict "context" .securityContext "what" (printf "%s: securityContext" $name)) }}
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
{{- include "peer-exporter.checks.escalation" (dict "context" $container "what" "securityContext") }}
{{- $names := list }}
{{- range $pod.sysctls }}
{{- if has .name $names }}
podSecurityContext.sysctls has {{ .name }} twice
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- end }}

{{- /* Rights that a process without new rights cannot have: of a securityContext (.context) that is set by .what. */ -}}
{{- define "peer-exporter.checks.escalation" -}}
{{- $context := default dict .context }}
{{- if eq (toString $context.allowPrivilegeEscalation) "false" }}
{{- if $context.privileged }}
{{ .what }}.privileged is true, so allowPrivilegeEscalation cannot be false
{{- end }}
{{- if has "CAP_SYS_ADMIN" (default list (default dict $context.capabilities).add) }}
{{ .what }}.capabilities.add has CAP_SYS_ADMIN, so allowPrivilegeEscalation cannot be false
{{- end }}
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
{{- include "peer-exporter.checks.resourcesOf" (dict "resources" .Values.resources "what" "resources") }}
{{- end }}

{{- define "peer-exporter.checks.resourcesOf" -}}
{{- $limits := default dict (default dict .resources).limits }}
{{- range $name, $request := (default dict .resources).requests }}
{{- $limit := get $limits $name }}
{{- if and (hasKey $limits $name) (gt (include "peer-exporter.amount" (toString $request) | float64) (include "peer-exporter.amount" (toString $limit) | float64)) }}
{{ $.what }}.requests.{{ $name }} {{ $request }} is more than {{ if ne $.what "resources" }}its limit{{ else }}resources.limits.{{ $name }}{{ end }} {{ $limit }}
{{- else if and (contains "/" $name) (ne (toString $request) (toString $limit)) }}
{{ $.what }}.requests.{{ $name }} is {{ $request }}, but of devices the limit has to be the same
{{- end }}
{{- end }}
{{- end }}
