{{- /*
The template of a pod with one container. Members: root, component, image (consumer or stats), args, env,
secret (the role whose Secret is mounted), resources; optional: port, ready (the path of the readiness probe),
restartPolicy, isHook, spread, users (a Secret with logins of the page), tmp (whether it may write to /tmp),
tmpClaim (an existing PersistentVolumeClaim for /tmp), kafkaSecret (a second Secret, with the login to Kafka).
*/}}
{{- define "pipeline.pod" -}}
{{- $root := .root }}
{{- $values := $root.Values }}
metadata:
  labels:
    {{- include "pipeline.selector" (list $root .component) | nindent 4 }}
    app.kubernetes.io/version: {{ include "pipeline.tag" $root | quote }}
    {{- with $values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- $annotations := deepCopy $values.podAnnotations }}
  {{- with $values.events.files }}
  {{- /* The programs read the definition when they start. */}}
  {{- $_ := set $annotations "checksum/events" (toJson . | sha256sum) }}
  {{- end }}
  {{- with $annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  # Longer than the 8 s in which a program drains.
  terminationGracePeriodSeconds: 30
  {{- $account := include "pipeline.name" (list $root (ternary "hooks" "programs" (default false .isHook))) }}
  serviceAccountName: {{ $values.serviceAccount.name | default $account }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    seccompProfile:
      type: RuntimeDefault
  {{- if .spread }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "pipeline.selector" (list $root .component) | nindent 10 }}
  {{- end }}
  {{- range $field := list "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
  {{- with index $values $field }}
  {{ $field }}: {{- ternary (printf " %v" .) (toYaml . | nindent 4) (kindIs "string" .) }}
  {{- end }}
  {{- end }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "pipeline.image" (list $root .image) | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      {{- with .args }}
      args: {{- toYaml . | nindent 8 }}
      {{- end }}
      env: {{- .env | trim | nindent 8 }}
      {{- if .port }}
      ports:
        - name: http
          containerPort: {{ .port }}
      # Liveness checks the process only: a restart does not fix an outage of Kafka or Postgres.
      startupProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 2
        failureThreshold: 30
      livenessProbe:
        httpGet: { path: /livez, port: http }
        timeoutSeconds: 5
      readinessProbe:
        httpGet: { path: {{ .ready }}, port: http }
        timeoutSeconds: 5
      {{- end }}
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: ["ALL"]
      {{- $volumes := include "pipeline.volumes" . | fromYamlArray }}
      {{- $paths := dict
        "secrets" "/run/secrets/pipeline"
        "kafka" "/run/secrets/kafka"
        "users" "/run/secrets/users"
        "ca" "/etc/pipeline/ca"
        "events" "/etc/pipeline/events"
        "tmp" "/tmp" }}
      volumeMounts:
        {{- range $volumes }}
        - name: {{ .name }}
          mountPath: {{ get $paths .name }}
          readOnly: {{ ne .name "tmp" }}
        {{- end }}
  volumes: {{- toYaml $volumes | nindent 4 }}
{{- end }}

{{- define "pipeline.volumes" -}}
{{- $root := .root -}}
- name: secrets
  secret:
    secretName: {{ include "pipeline.secret" (list $root .secret) }}
    defaultMode: 0440
{{- with .users }}
- name: users
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- with .kafkaSecret }}
- name: kafka
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- if .tmp }}
- name: tmp
  {{- with .tmpClaim }}
  persistentVolumeClaim:
    claimName: {{ . }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end }}
{{- with include "pipeline.ca" $root }}
- name: ca
  {{- . | nindent 2 }}
{{- end }}
{{- with include "pipeline.events" (list $root (ternary "definition" "events" (default false .isHook))) }}
- name: events
  configMap:
    name: {{ . }}
{{- end }}
{{- end }}

{{- /* The volume of the CA; empty without one. */}}
{{- define "pipeline.ca" -}}
{{- with .Values.ca }}
{{- if and .configMap .secret }}{{ fail "set ca.configMap or ca.secret, not both" }}{{ end }}
{{- if .configMap -}}
configMap:
  name: {{ .configMap }}
{{- else if .secret -}}
secret:
  secretName: {{ .secret }}
  defaultMode: 0440
{{- end }}
{{- end }}
{{- end }}

{{- /* The name of the ConfigMap with a definition of events; empty without one. Hooks have a copy of it. */}}
{{- define "pipeline.events" -}}
{{- $root := index . 0 }}
{{- with $root.Values.events }}
{{- if .configMap }}{{ .configMap }}
{{- else if .files }}{{ include "pipeline.name" (list $root (index $ 1)) }}
{{- end }}
{{- end }}
{{- end }}
