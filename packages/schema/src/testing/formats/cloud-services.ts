import { type PublicFormat, RECORD_TIME, record } from './public-format.ts';

const storageObject =
  '{"kind":"storage#object","bucket":"b","name":"folder/File.txt","generation":"1795512600123456",' +
  '"metageneration":1,"size":"352","md5Hash":"rL0Y20zC+Fzt72VPzMSk2A==","timeCreated":"2026-11-24T09:30:00.123Z"}';

const structured: PublicFormat = {
  name: 'CloudEvents, structured mode',
  envelope: 'cloudevents',
  records: [
    record(
      {
        headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
        value:
          '{"specversion":"1.0","type":"google.cloud.storage.object.v1.finalized","source":' +
          '"//storage.googleapis.com/projects/_/buckets/b","subject":"objects/folder/File.txt","id":"1234567890",' +
          `"time":"2026-11-24T09:30:00.123Z","datacontenttype":"application/json","data":${storageObject}}`,
      },
      {
        event_type: 'google.cloud.storage.object.v1.finalized',
        event_time: '2026-11-24T09:30:00.123Z',
        user_id: null,
        payloadJson: storageObject,
      },
    ),
    record(
      {
        value:
          '{ "specversion" : "1.0", "type" : "com.example.file.read", "source" : "/mycontext", "id" : "A234",\n' +
          '  "datacontenttype" : "application/pdf", "data_base64" : "JVBERi0xLjcK" }',
      },
      {
        event_type: 'com.example.file.read',
        event_time: RECORD_TIME,
        user_id: null,
        payloadJson: '{"data_base64":"JVBERi0xLjcK"}',
      },
    ),
    record(
      {
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        value: '[{"specversion":"1.0","type":"a","source":"/b","id":"1"}]',
      },
      'not_an_event',
    ),
  ],
};

const orderPlaced = '{"order":{"id":9007199254740993,"total":1e2,"lines":[]},"note":"a\\tb"}';

const binary: PublicFormat = {
  name: 'CloudEvents, binary mode',
  envelope: 'cloudevents',
  records: [
    record(
      {
        key: 'order-7',
        headers: {
          'content-type': 'application/json',
          ce_specversion: '1.0',
          ce_type: 'com.example.order.placed',
          ce_source: 'https://shop.example.com/orders',
          ce_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11',
          ce_time: '2026-11-24T10:30:00+01:00',
          ce_subject: 'order-7',
          ce_traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        },
        value: orderPlaced,
      },
      {
        event_type: 'com.example.order.placed',
        event_time: '2026-11-24T10:30:00+01:00',
        user_id: null,
        payloadJson: orderPlaced,
      },
    ),
    record(
      {
        headers: {
          'content-type': 'text/plain',
          ce_specversion: '1.0',
          ce_type: 'com.example.note',
          ce_source: '/notes',
          ce_id: '2',
        },
        value: 'two\nlines, "quoted"',
      },
      {
        event_type: 'com.example.note',
        event_time: RECORD_TIME,
        user_id: null,
        payloadJson: '"two\\nlines, \\"quoted\\""',
      },
    ),
    record(
      {
        headers: { ce_specversion: '1.0', ce_type: 'com.example.cleared', ce_source: '/notes', ce_id: '3' },
        value: null,
      },
      { event_type: 'com.example.cleared', event_time: RECORD_TIME, user_id: null, payloadJson: 'null' },
    ),
  ],
};

const blob =
  '{"api":"PutBlockList","contentType":"text/plain","contentLength":524288,"blobType":"BlockBlob",' +
  '"url":"https://s.blob.core.windows.net/c/blob","sequencer":"00000000000004420000000000028963",' +
  '"storageDiagnostics":{"batchId":"b68529f3-68cd-4744-baa4-3c0498ec19f0"}}';

const eventGrid: PublicFormat = {
  name: 'Azure Event Grid',
  envelope: { id: '/id', type: '/eventType', time: '/eventTime', user: '/subject', payload: '/data' },
  records: [
    record(
      {
        value:
          '{"topic":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a","subject":' +
          '"/blobServices/default/containers/c/blobs/blob","eventType":"Microsoft.Storage.BlobCreated","eventTime":' +
          `"2026-11-24T09:30:00.7766178Z","id":"831E1650-001E-001B-66AB-EEB76E069631","data":${blob},` +
          '"dataVersion":"","metadataVersion":"1"}',
      },
      {
        event_type: 'Microsoft.Storage.BlobCreated',
        event_time: '2026-11-24T09:30:00.7766178Z',
        user_id: '/blobServices/default/containers/c/blobs/blob',
        payloadJson: blob,
      },
    ),
  ],
};

const detail = '{"instance-id":"i-0123456789abcdef0","state":"running","weight":0.10}';

const eventBridge: PublicFormat = {
  name: 'Amazon EventBridge',
  envelope: { id: '/id', type: '/detail-type', time: '/time', user: '/account', payload: '/detail' },
  records: [
    record(
      {
        value:
          '{"version":"0","id":"7bf73129-1428-4cd3-a780-95db273d1602","detail-type":"EC2 Instance State-change ' +
          'Notification","source":"aws.ec2","account":"123456789012","time":"2026-11-24T09:30:00Z","region":' +
          `"eu-west-1","resources":["arn:aws:ec2:eu-west-1:123456789012:instance/i-0"],"detail":${detail}}`,
      },
      {
        event_type: 'EC2 Instance State-change Notification',
        event_time: '2026-11-24T09:30:00Z',
        user_id: '123456789012',
        payloadJson: detail,
      },
    ),
  ],
};

const connected =
  '{"clientId":"186b5","timestamp":1795512600230,"eventType":"connected","sessionIdentifier":' +
  '"a4666d2a-7d84-4ae5-b3ca-9b1a0ba1b9ae","principalIdentifier":"12345678901234567890123456789012",' +
  '"ipAddress":"192.0.2.7","versionNumber":0}';

const iotLifecycle: PublicFormat = {
  name: 'AWS IoT lifecycle event',
  envelope: { type: '/eventType', time: { pointer: '/timestamp', unit: 'ms' }, user: '/clientId' },
  records: [
    record(
      { value: connected },
      {
        event_type: 'connected',
        event_time: '2026-11-24T09:30:00.230Z',
        user_id: '186b5',
        payloadJson: connected,
      },
    ),
  ],
};

const reading = '{"battery":97,"humidity":44.60,"linkquality":120,"temperature":-0.0,"last_seen":1795512600}';

const mqtt: PublicFormat = {
  name: 'MQTT telemetry',
  envelope: { type: { constant: 'telemetry' }, user: { record: 'key' } },
  records: [
    record(
      { key: 'zigbee2mqtt/living room/sensor-1', value: `${reading}\n` },
      {
        event_type: 'telemetry',
        event_time: RECORD_TIME,
        user_id: 'zigbee2mqtt/living room/sensor-1',
        payloadJson: reading,
      },
    ),
    record(
      { key: 'zigbee2mqtt/living room/sensor-2', value: '21.50' },
      {
        event_type: 'telemetry',
        event_time: RECORD_TIME,
        user_id: 'zigbee2mqtt/living room/sensor-2',
        payloadJson: '21.50',
      },
    ),
    record({ key: 'zigbee2mqtt/bridge/state', value: 'online' }, 'not_json'),
  ],
};

export const cloudServices: readonly PublicFormat[] = [
  structured,
  binary,
  eventGrid,
  eventBridge,
  iotLifecycle,
  mqtt,
];
