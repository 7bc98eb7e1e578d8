import { type PublicFormat, record } from './public-format.ts';

const logRecord =
  '{"timeUnixNano":"1795512600123456789","observedTimeUnixNano":"1795512600200000000","severityNumber":17,' +
  '"severityText":"Error","traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",' +
  '"body":{"stringValue":"cannot \\"parse\\"\\n\\tline 2"},"attributes":[{"key":"retries","value":{"intValue":"3"}}]}';
const otlp =
  '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"checkout"}}]},' +
  `"scopeLogs":[{"scope":{"name":"app"},"logRecords":[${logRecord}]}]}]}`;

const openTelemetry: PublicFormat = {
  name: 'OpenTelemetry log record',
  envelope: {
    type: { constant: 'otel.log' },
    time: '/resourceLogs/0/scopeLogs/0/logRecords/0/timeUnixNano',
    user: '/resourceLogs/0/resource/attributes/0/value/stringValue',
    payload: '/resourceLogs/0/scopeLogs/0/logRecords/0',
  },
  records: [
    record(
      { value: otlp },
      {
        event_type: 'otel.log',
        event_time: '2026-11-24T09:30:00.123456789Z',
        user_id: 'checkout',
        payloadJson: logRecord,
      },
    ),
  ],
};

const ecsLog =
  '{"@timestamp":"2026-11-24T09:30:00.123Z","log.level":"error","message":"GET /a/b 500","ecs.version":"8.11.0",' +
  '"service.name":"checkout","event.duration":123456789012345678,"http.response.status_code":500,' +
  '"error.stack_trace":"Error: x\\n    at f (a.js:1:2)"}';

const ecs: PublicFormat = {
  name: 'Elastic Common Schema log',
  envelope: { type: '/log.level', time: '/@timestamp', user: '/service.name' },
  records: [
    record(
      { value: ecsLog },
      {
        event_type: 'error',
        event_time: '2026-11-24T09:30:00.123Z',
        user_id: 'checkout',
        payloadJson: ecsLog,
      },
    ),
  ],
};

const podEvent =
  '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":' +
  '"c7f8e6a4-9e3b-4d22-8d41-3f2a51b0e111","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/a/pods?limit=500",' +
  '"verb":"list","user":{"username":"system:serviceaccount:kube-system:job-controller","groups":[]},' +
  '"responseStatus":{"metadata":{},"code":200},"stageTimestamp":"2026-11-24T09:30:00.123456Z","annotations":{}}';

const kubernetes: PublicFormat = {
  name: 'Kubernetes audit log',
  envelope: { id: '/auditID', type: '/verb', time: '/stageTimestamp', user: '/user/username' },
  records: [
    record(
      { value: podEvent },
      {
        event_type: 'list',
        event_time: '2026-11-24T09:30:00.123456Z',
        user_id: 'system:serviceaccount:kube-system:job-controller',
        payloadJson: podEvent,
      },
    ),
  ],
};

const syslog =
  '{"host":"web-1","short_message":"disk 91 %","level":4,"_disk":"/dev/sda1","timestamp":1795512600.385}';

const gelf: PublicFormat = {
  name: 'Graylog (GELF) log',
  envelope: { type: { constant: 'gelf' }, time: { pointer: '/timestamp', unit: 's' }, user: '/host' },
  records: [
    record(
      { value: syslog },
      { event_type: 'gelf', event_time: '2026-11-24T09:30:00.385Z', user_id: 'web-1', payloadJson: syslog },
    ),
    record({ value: syslog.slice(0, 40) }, 'not_json'),
    record({ value: '{"short_message":"no host, no time"}' }, 'not_an_event'),
  ],
};

export const observability: readonly PublicFormat[] = [openTelemetry, ecs, kubernetes, gelf];
