{{- /* The name of an object, RELEASE-WORD. Words have no dash, so two releases have no name in common. */}}
{{- define "pipeline.name" -}}
{{- $root := index . 0 }}
{{- $prefix := $root.Values.namePrefix | default $root.Release.Name }}
{{- if gt (len $prefix) 40 }}
{{- fail (printf "the release name %s is longer than 40 characters: shorten it, or set namePrefix" $prefix) }}
{{- end }}
{{- printf "%s-%s" $prefix (index . 1) }}
{{- end }}

{{- /* Labels that select the pods of a component, or of the release. Selectors are immutable. */}}
{{- define "pipeline.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: kafka-to-postgres
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- with rest . }}
app.kubernetes.io/component: {{ first . }}
{{- end }}
{{- end }}

{{- define "pipeline.labels" -}}
{{ include "pipeline.selector" . }}
app.kubernetes.io/version: {{ include "pipeline.tag" (first .) | quote }}
app.kubernetes.io/managed-by: {{ (first .).Release.Service }}
{{- end }}

{{- define "pipeline.tag" -}}
{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "pipeline.image" -}}
{{- $root := index . 0 }}
{{- $build := "docker buildx build --file infra/Dockerfile --target consumer, and stats; docs/install.md" }}
{{- $message := "image.repository is empty. No registry publishes the images: build them (%s), push them, and set it" }}
{{- $message = printf $message $build }}
{{- $repository := required $message $root.Values.image.repository }}
{{- printf "%s/%s:%s" $repository (index . 1) (include "pipeline.tag" $root) }}
{{- end }}

{{- /* The name of the Secret of a role. */}}
{{- define "pipeline.secret" -}}
{{- $root := index . 0 }}
{{- index $root.Values.secrets (index . 1) | default (include "pipeline.name" .) }}
{{- end }}

{{- /* The Prometheus job of the release. */}}
{{- define "pipeline.job" -}}
pipeline-{{ .Release.Namespace }}-{{ .Release.Name }}
{{- end }}
