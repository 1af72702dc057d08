{{- /* Checks of the Service, addresses and monitors; see _checks.tpl. */ -}}

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

{{- define "peer-exporter.checks.network" -}}
{{- range .Values.service.loadBalancerSourceRanges }}
{{- include "peer-exporter.checks.range" (dict "range" . "what" "service.loadBalancerSourceRanges") }}
{{- end }}
{{- range .Values.networkPolicy.from }}
{{- include "peer-exporter.checks.block" (dict "block" .ipBlock "what" "networkPolicy.from") }}
{{- end }}
{{- range .Values.networkPolicy.egress }}
{{- range .to }}
{{- include "peer-exporter.checks.block" (dict "block" .ipBlock "what" "networkPolicy.egress") }}
{{- end }}
{{- range .ports }}
{{- if and .endPort (gt (int .port) (int .endPort)) }}
networkPolicy.egress: endPort {{ .endPort }} is less than port {{ .port }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.block" -}}
{{- with .block }}
{{- include "peer-exporter.checks.range" (dict "range" .cidr "what" $.what) }}
{{- $outer := include "peer-exporter.span" .cidr }}
{{- range .except }}
{{- include "peer-exporter.checks.range" (dict "range" . "what" $.what) }}
{{- $inner := include "peer-exporter.span" . }}
{{- if and $outer $inner }}
{{- $outer := splitList " " $outer }}
{{- $inner := splitList " " $inner }}
{{- $first := index $inner 0 | int64 }}
{{- $size := index $outer 1 | int64 }}
{{- if or (ne (sub $first (mod $first $size)) (index $outer 0 | int64)) (ge (index $inner 1 | int64) $size) }}
{{ $.what }}: except {{ . }} is not a part of {{ $.block.cidr }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The first address and the size of a range of IPv4, as numbers; of IPv6 nothing. */ -}}
{{- define "peer-exporter.span" -}}
{{- if not (contains ":" .) -}}
{{- $parts := splitList "/" . -}}
{{- $address := 0 -}}
{{- range splitList "." (index $parts 0) -}}
{{- $address = add (mul $address 256) (atoi .) -}}
{{- end -}}
{{- $size := 1 -}}
{{- range until (sub 32 (index $parts 1 | atoi) | int) -}}
{{- $size = mul $size 2 -}}
{{- end -}}
{{- sub $address (mod $address $size) }} {{ $size }} {{ mod $address $size }}
{{- end -}}
{{- end }}

{{- define "peer-exporter.checks.range" -}}
{{- with include "peer-exporter.span" .range }}
{{- $span := splitList " " . }}
{{- if ne (index $span 2) "0" }}
{{- $first := index $span 0 | int64 }}
{{ $.what }}: {{ $.range }} has an address within the range: write {{ range $index, $unit := list 16777216 65536 256 1 }}{{ if $index }}.{{ end }}{{ mod (div $first $unit) 256 }}{{ end }}/{{ splitList "/" $.range | last }} for the range, or {{ splitList "/" $.range | first }}/32 for the address
{{- end }}
{{- end }}
{{- end }}

{{- define "peer-exporter.checks.dns" -}}
{{- $seen := list }}
{{- range .Values.hostAliases }}
{{- if has .ip $seen }}
hostAliases has {{ .ip }} twice: put all its hostnames into one
{{- end }}
{{- $seen = append $seen .ip }}
{{- end }}
{{- if and (eq (toString .Values.dnsPolicy) "None") (not (default dict .Values.dnsConfig).nameservers) }}
dnsPolicy: None needs nameservers in dnsConfig
{{- end }}
{{- end }}

{{- /* A duration of Prometheus in milliseconds. */ -}}
{{- define "peer-exporter.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 "w" 604800000 "y" 31536000000 }}
{{- $sum := 0.0 }}
{{- range regexFindAll "[0-9]+[a-z]+" . -1 }}
{{- $sum = addf $sum (mulf (regexFind "[0-9]+" . | float64) (regexFind "[a-z]+" . | get $units)) }}
{{- end }}
{{- $sum }}
{{- end }}

{{- define "peer-exporter.checks.monitor" -}}
{{- $name := .name }}
{{- with .monitor }}
{{- $interval := include "peer-exporter.milliseconds" (default "" .interval) | float64 }}
{{- $timeout := include "peer-exporter.milliseconds" (default "" .scrapeTimeout) | float64 }}
{{- range $key, $value := dict "interval" $interval "scrapeTimeout" $timeout }}
{{- if and (get $.monitor $key) (eq $value 0.0) }}
{{ $name }}.{{ $key }} is {{ get $.monitor $key }}: leave it empty for that of Prometheus
{{- end }}
{{- if gt $value 31536000000.0 }}
{{ $name }}.{{ $key }} {{ get $.monitor $key }} is more than a year, which cannot be meant
{{- end }}
{{- end }}
{{- with .tlsConfig }}
{{- if and .minVersion .maxVersion (gt (toString .minVersion) (toString .maxVersion)) }}
{{ $name }}.tlsConfig: minVersion {{ .minVersion }} is newer than maxVersion {{ .maxVersion }}
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
