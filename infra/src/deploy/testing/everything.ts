/** Values that turn on every part of the chart that `example.yaml` leaves out. */
export const everything = {
  extraEnv: [{ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://collector.monitoring:4318' }],
  events: { files: { 'refund.json': '{"type":"object"}\n' } },
  image: { pullSecrets: ['registry'] },
  consumer: { staticMembership: true },
  stats: {
    basicAuthSecret: 'page-users',
    settings: { STATS_BASE_PATH: '/pipeline/', STATS_READ_ONLY: false },
    ingress: {
      enabled: true,
      className: 'nginx',
      host: 'tools.example.com',
      tlsSecret: 'tools-tls',
      annotations: { team: 'orders' },
    },
    oauth2Proxy: {
      enabled: true,
      secret: 'oauth2-proxy',
      issuerUrl: 'https://login.example.com/realms/staff',
      clientId: 'pipeline',
      emailDomain: 'example.com',
      podRange: '10.244.0.0/16',
    },
  },
  cronJobs: {
    partition: { enabled: true },
    prove: { enabled: true },
    purge: {
      enabled: true,
      schedule: '0 4 * * *',
      args: ['purge', '--before', '2026-01-01', '--yes'],
      secret: 'owner',
    },
  },
  networkPolicy: { pageFrom: [{ namespaceSelector: { matchLabels: { team: 'ingress' } } }] },
  serviceAccount: { annotations: { 'iam.example.com/role': 'pipeline' } },
  podLabels: { team: 'orders' },
  podAnnotations: { 'prometheus.io/scrape': 'true' },
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  priorityClassName: 'batch',
};
