{{- /*
The rules with the values of prometheusRule, as mixin/lib/rule.libsonnet makes them. Texts of rules and values have braces of
their own for Prometheus, so none of them is ever read as a template of Helm.
*/ -}}

{{- /* A text (.text) with values (.settings) for its @@path.of.the.key@@. A value that has @@ itself is not read again. */ -}}
{{- define "peer-exporter.withValues" -}}
{{- range $index, $part := splitList "@@" .text -}}
{{- if eq (mod $index 2) 0 -}}
{{- $part -}}
{{- else -}}
{{- $value := $.settings -}}
{{- $path := "prometheusRule" -}}
{{- range splitList "." $part -}}
{{- $path = printf "%s.%s" $path . -}}
{{- /* null removes a default. */ -}}
{{- if not (hasKey $value .) -}}{{- fail (printf "%s: leave it out for its default, null is no value" $path) -}}{{- end -}}
{{- $value = index $value . -}}
{{- end -}}
{{- /* Without toJson, 2^40 would be 1.099511627776e+12. */ -}}
{{- if kindIs "string" $value -}}{{- $value -}}{{- else -}}{{- toJson $value -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* The fields of several objects (.objects), the last wins. `merge` takes an empty text for none. */ -}}
{{- define "peer-exporter.joined" -}}
{{- $all := dict -}}
{{- range .objects -}}
{{- range $key, $value := . -}}
{{- $_ := set $all $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $all -}}
{{- end }}

{{- /* A rule (.rule) with values and changes (.settings), as JSON. */ -}}
{{- define "peer-exporter.rule" -}}
{{- $settings := .settings -}}
{{- $rule := dict -}}
{{- range $key, $value := .rule -}}
{{- if kindIs "string" $value -}}
{{- $_ := set $rule $key (include "peer-exporter.withValues" (dict "text" $value "settings" $settings)) -}}
{{- end -}}
{{- end -}}
{{- if .rule.alert -}}
{{- $annotations := dict -}}
{{- range $key, $value := .rule.annotations -}}
{{- $_ := set $annotations $key (include "peer-exporter.withValues" (dict "text" $value "settings" $settings)) -}}
{{- end -}}
{{- $changes := get ($settings.rules | default dict) .rule.alert | default dict -}}
{{- $stage := get $changes .rule.labels.severity | default dict -}}
{{- range $key := list "expr" "for" "keep_firing_for" -}}
{{- $_ := set $rule $key (coalesce (get $stage $key) (get $changes $key) (get $rule $key)) -}}
{{- end -}}
{{- $severity := dict "severity" (coalesce $stage.severity $changes.severity .rule.labels.severity) -}}
{{- $labels := list $settings.extraLabels .rule.labels $severity $changes.labels $stage.labels -}}
{{- $_ := set $rule "labels" (include "peer-exporter.joined" (dict "objects" $labels) | fromJson) -}}
{{- $all := list $settings.extraAnnotations $annotations $changes.annotations $stage.annotations -}}
{{- $_ := set $rule "annotations" (include "peer-exporter.joined" (dict "objects" $all) | fromJson) -}}
{{- end -}}
{{- toJson $rule -}}
{{- end }}

{{- define "peer-exporter.ruleGroups" -}}
{{- $settings := .Values.prometheusRule -}}
{{- $groups := list -}}
{{- range (.Files.Get "files/rules.yaml" | fromYaml).groups -}}
{{- $rules := list -}}
{{- range .rules -}}
{{- if not (get ($settings.disabled | default dict) (default "" .alert)) -}}
{{- $rules = append $rules (include "peer-exporter.rule" (dict "rule" . "settings" $settings) | fromJson) -}}
{{- end -}}
{{- end -}}
{{- $groups = append $groups (dict "name" .name "rules" $rules) -}}
{{- end -}}
{{- toYaml $groups -}}
{{- end }}
