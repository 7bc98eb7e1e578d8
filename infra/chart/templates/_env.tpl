{{- /*
Environment that follows from other values; settings of the same name replace it. The second argument is the
role whose Secret is mounted: the owner of the tables has no login to Kafka, and the creator of topics none to
Postgres.
*/}}
{{- define "pipeline.derivedEnv" -}}
{{- $root := index . 0 }}
{{- $role := index . 1 }}
{{- $settings := $root.Values.settings }}
{{- $_ := required "settings.KAFKA_BROKERS is empty" $settings.KAFKA_BROKERS -}}
{{- if ne $role "topics" }}
DATABASE_URL_FILE: /run/secrets/pipeline/database-url
{{- end }}
# For the kubelet, Prometheus and other pods; the network policies restrict access.
HTTP_HOST: 0.0.0.0
LOG_FORMAT: json
{{- if ne $role "owner" }}
{{- if has $settings.KAFKA_SASL_MECHANISM (list "plain" "scram-sha-256" "scram-sha-512") }}
KAFKA_SASL_PASSWORD_FILE: /run/secrets/pipeline/kafka-password
{{- end }}
{{- if $settings.KAFKA_OAUTH_TOKEN_ENDPOINT }}
KAFKA_OAUTH_CLIENT_SECRET_FILE: /run/secrets/pipeline/oauth-client-secret
{{- end }}
{{- end }}
{{- if and $settings.KAFKA_SSL (include "pipeline.ca" $root) }}
KAFKA_SSL_CA: /etc/pipeline/ca/ca.crt
{{- end }}
{{- if include "pipeline.events" (list $root "events") }}
EVENTS: {{ printf "/etc/pipeline/events/%s" $root.Values.events.module | trimSuffix "/" }}
{{- end }}
{{- end }}

{{- /* The environment of a container: of maps, the last that has a name wins; then further variables. */}}
{{- define "pipeline.env" -}}
{{- $merged := dict }}
{{- range .maps }}
{{- range $name, $value := . }}{{ $_ := set $merged $name $value }}{{ end }}
{{- end }}
{{- range $name, $value := $merged }}
{{- if not (kindIs "invalid" $value) }}
- name: {{ $name }}
  value: {{ include "pipeline.text" $value | quote }}
{{- end }}
{{- end }}
{{- with .extra }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* A value as text. Helm reads numbers as floats, and would print 8388608 as 8.388608e+06. */}}
{{- define "pipeline.text" -}}
{{- if not (kindIs "float64" .) }}{{ . }}
{{- else if eq . (float64 (int64 .)) }}{{ int64 . }}
{{- else }}{{ . }}
{{- end }}
{{- end }}
