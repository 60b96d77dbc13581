{{- define "weir.name" -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "weir.account" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "weir.name" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "weir.selector" -}}
app.kubernetes.io/name: weir
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "weir.labels" -}}
{{ include "weir.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Where the kubelet, which is on the node itself, asks. */}}
{{- define "weir.probeHost" -}}
{{- if has .Values.serve.host (list "0.0.0.0" "::" "localhost") -}}
127.0.0.1
{{- else -}}
{{- .Values.serve.host -}}
{{- end -}}
{{- end -}}

{{- define "weir.probe" -}}
httpGet:
  path: {{ .path }}
  host: {{ include "weir.probeHost" .root }}
  port: {{ .root.Values.serve.port }}
  scheme: {{ if .root.Values.serve.tlsSecret }}HTTPS{{ else }}HTTP{{ end }}
{{- end -}}

{{/* Refuses at once what weir itself would refuse on every node. */}}
{{- define "weir.check" -}}
{{- $loopback := or (hasPrefix "127." .Values.serve.host) (has .Values.serve.host (list "localhost" "::1")) -}}
{{- $certificates := and .Values.serve.clientCertificates .Values.serve.tlsSecret -}}
{{- if not (or $loopback .Values.serve.tokensSecret $certificates) -}}
{{- fail (printf "serve.host is %s: everybody who reaches it could read the captured traffic; set serve.tokensSecret, or serve.tlsSecret with serve.clientCertificates, or listen on 127.0.0.1" .Values.serve.host) -}}
{{- end -}}
{{- if and .Values.serve.clientCertificates (not .Values.serve.tlsSecret) -}}
{{- fail "serve.clientCertificates needs serve.tlsSecret, whose ca.crt signs them" -}}
{{- end -}}
{{- end -}}
