import { toBytes, writeEvent } from '../event-text.ts';
import { type PublicFormat, record } from './public-format.ts';

const customer = '{"id":1004,"first_name":"Anne","balance":"AfRq","score":9007199254740993,"tags":null}';
const updated = '{"id":1004,"first_name":"Anne Marie","balance":"AfRq","score":9007199254740993,"tags":null}';
const pgSource = (lsn: number, snapshot = 'false') =>
  `{"version":"3.3.1.Final","connector":"postgresql","name":"server1","ts_ms":1795512600123,"snapshot":"${snapshot}",` +
  `"db":"postgres","sequence":"[null,\\"${lsn}\\"]","ts_us":1795512600123456,"ts_ns":1795512600123456000,` +
  `"schema":"inventory","table":"customers","txId":778,"lsn":${lsn},"xmin":null}`;
const pgChange = (op: string, before: string, after: string, source: string) =>
  `{"before":${before},"after":${after},"source":${source},"transaction":null,"op":"${op}","ts_ms":1795512600456}`;
const stored = (payloadJson: string) => ({
  event_type: 'inventory.customers',
  event_time: '2026-11-24T09:30:00.123456Z',
  user_id: null,
  payloadJson,
});
const pgSchema =
  '{"type":"struct","fields":[{"type":"struct","field":"after","optional":true}],"optional":false}';
const pgKey = '{"id":1004}';

const postgres: PublicFormat = {
  name: 'Debezium, Postgres',
  envelope: 'debezium',
  records: [
    record(
      { key: pgKey, value: pgChange('r', 'null', customer, pgSource(24023119, 'last')) },
      stored(`${customer.slice(0, -1)},"__op":"r"}`),
    ),
    record(
      { key: pgKey, value: pgChange('u', 'null', updated, pgSource(24023128)) },
      stored(`${updated.slice(0, -1)},"__op":"u"}`),
    ),
    record(
      {
        key: `{"schema":${pgSchema},"payload":{"id":1004}}`,
        value: `{"schema":${pgSchema},"payload":${pgChange('d', '{"id":1004}', 'null', pgSource(24023200))}}`,
      },
      stored('{"id":1004,"__op":"d"}'),
    ),
    record({ key: pgKey, value: null }, 'skipped'),
  ],
};

const rows = ['{"id":10001,"quantity":1,"price":"Jw8="}', '{"id":10002,"quantity":2,"price":"Jw8="}'];
const mysqlSource = (row: number) =>
  '{"version":"3.3.1.Final","connector":"mysql","name":"server1","ts_ms":1795512600000,"snapshot":"false",' +
  '"db":"inventory","sequence":null,"ts_us":1795512600000000,"table":"orders","server_id":223344,"gtid":null,' +
  `"file":"mysql-bin.000003","pos":484,"row":${row},"thread":7,"query":null}`;

const mysql: PublicFormat = {
  name: 'Debezium, MySQL',
  envelope: 'debezium',
  records: rows.map((row, index) =>
    record(
      {
        key: `{"id":${10001 + index}}`,
        value: `{"before":null,"after":${row},"source":${mysqlSource(index)},"op":"c","ts_ms":1795512600456}`,
      },
      {
        event_type: 'inventory.orders',
        event_time: '2026-11-24T09:30:00.000000Z',
        user_id: null,
        payloadJson: `${row.slice(0, -1)},"__op":"c"}`,
      },
    ),
  ),
};

const document = '{"_id": {"$numberLong": "1004"},"first_name": "Anne","visits": 1.0}';
const mongoSource =
  '{"version":"3.3.1.Final","connector":"mongodb","name":"fulfillment","ts_ms":1795512600000,"snapshot":"false",' +
  '"db":"inventory","sequence":null,"ts_us":1795512600000000,"collection":"customers","ord":31,"lsid":null,' +
  '"txnNumber":null,"wallTime":null}';
const mongoChange = (op: string, after: string) =>
  `{"before":null,"after":${after},"updateDescription":null,"source":${mongoSource},"op":"${op}","ts_ms":1795512600456}`;
const mongoKey = '{"id":"{\\"$numberLong\\": \\"1004\\"}"}';

const mongodb: PublicFormat = {
  name: 'Debezium, MongoDB',
  envelope: 'debezium',
  records: [
    record(
      { key: mongoKey, value: mongoChange('c', JSON.stringify(document)) },
      {
        event_type: 'inventory.customers',
        event_time: '2026-11-24T09:30:00.000000Z',
        user_id: null,
        payloadJson: `${document.slice(0, -1)},"__op":"c"}`,
      },
    ),
    record(
      { key: mongoKey, value: mongoChange('d', 'null') },
      {
        event_type: 'inventory.customers',
        event_time: '2026-11-24T09:30:00.000000Z',
        user_id: null,
        payloadJson: `${mongoKey.slice(0, -1)},"__op":"d"}`,
      },
    ),
  ],
};

const signup = writeEvent({ event_type: '"signup"', payload: '{"plan":"pro","seats":1.0}' });
const prefixed = Uint8Array.of(0, 0, 1, 0x86, 0xa1, ...toBytes(signup));

const confluent: PublicFormat = {
  name: 'Confluent JSON Schema',
  envelope: 'confluent-json',
  records: [
    record(
      { key: 'user-42', value: prefixed },
      {
        event_type: 'signup',
        event_time: '2026-11-24T09:30:12.345678Z',
        user_id: 'user-42',
        payloadJson: '{"plan":"pro","seats":1.0}',
      },
    ),
    record({ value: signup }, 'not_an_event'),
  ],
};

export const databases: readonly PublicFormat[] = [postgres, mysql, mongodb, confluent];
