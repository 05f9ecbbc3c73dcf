{{- define "costmill.labels" -}}
app.kubernetes.io/name: costmill
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "costmill.size" -}}
{{- get .Values.sizes .Values.size | required (printf "sizes.%s is not there" .Values.size) | toYaml }}
{{- end }}

{{- define "costmill.config" -}}
{{- $size := include "costmill.size" . | fromYaml }}
{{- mergeOverwrite (dict "performance" $size.performance) (deepCopy .Values.config) | toYaml }}
{{- end }}

{{- /* The spec of a Job: dict "root" $ "script" what sh runs. */}}
{{- define "costmill.jobSpec" -}}
{{- $size := include "costmill.size" .root | fromYaml }}
{{- with .root -}}
backoffLimit: 3
# Config, input or memory (docs/exit-codes.md) are mended by people; a server that is away may be back in a while.
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes: {containerName: costmill, operator: In, values: [2, 3, 6, 7, 70]}
    - action: Ignore
      onPodConditions: [{type: DisruptionTarget, status: "True"}]
template:
  metadata:
    labels:
      {{- include "costmill.labels" . | nindent 6 }}
  spec:
    restartPolicy: Never
    automountServiceAccountToken: false
    enableServiceLinks: false  # its variables look like config keys
    {{- with .Values.imagePullSecrets }}
    imagePullSecrets:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- mergeOverwrite (dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault")) .Values.podSecurityContext | toYaml | nindent 6 }}
    {{- with .Values.nodeSelector }}
    nodeSelector:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .Values.tolerations }}
    tolerations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    containers:
      - name: costmill
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
        imagePullPolicy: {{ .Values.image.pullPolicy }}
        command: [sh, -c]
        args:
          - {{ $.script | quote }}
        {{- with .Values.secretName }}
        envFrom:
          - secretRef: {name: {{ . }}}
        {{- end }}
        resources:
          {{- toYaml $size.resources | nindent 10 }}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        volumeMounts:
          - {name: config, mountPath: /etc/costmill, readOnly: true}
          - {name: data, mountPath: /data}
          {{- with .Values.extraVolumeMounts }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
    volumes:
      - name: config
        configMap: {name: {{ .Release.Name }}}
      - name: data
        {{- if .Values.dataClaim }}
        persistentVolumeClaim: {claimName: {{ .Values.dataClaim }}}
        {{- else }}
        emptyDir: {sizeLimit: 1Gi}
        {{- end }}
      {{- with .Values.extraVolumes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
{{- end }}
{{- end }}
