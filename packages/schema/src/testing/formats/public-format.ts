import type { FieldMapping } from '../../envelopes/field-source.ts';
import type { Reason } from '../../reasons.ts';
import { toBytes } from '../event-text.ts';

/** A format in which other systems write events to Kafka, with records written after its documentation. */
export interface PublicFormat {
  readonly name: string;
  /** The smallest definition: the value of the setting `EVENTS_ENVELOPE`. */
  readonly envelope: 'cloudevents' | 'debezium' | 'confluent-json' | FieldMapping;
  readonly records: readonly FormatRecord[];
}

/** A record and what becomes of it. */
export interface FormatRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
  /** Milliseconds since 1970, decimal. */
  readonly timestamp: string;
  /** The event that is stored, `skipped` if there is none by design, or the reason of the rejection. */
  readonly expected: ExpectedEvent | 'skipped' | Reason;
}

/** The row of a stored event. Its id follows the rule of the envelope. */
export interface ExpectedEvent {
  readonly event_type: string;
  /** RFC 3339. */
  readonly event_time: string;
  readonly user_id: string | null;
  /** Verbatim. */
  readonly payloadJson: string;
}

/** The parts of a record as texts. */
interface RecordTexts {
  readonly key?: string;
  readonly value: string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The timestamp of all records: 2026-11-24T09:30:12.345Z. */
export const RECORD_TIME = '2026-11-24T09:30:12.345Z';

export function record(
  { key, value, headers = {} }: RecordTexts,
  expected: FormatRecord['expected'],
): FormatRecord {
  return {
    key: key === undefined ? null : toBytes(key),
    value: typeof value === 'string' ? toBytes(value) : value,
    headers: Object.entries(headers).map(([name, text]) => [name, toBytes(text)]),
    timestamp: String(Date.parse(RECORD_TIME)),
    expected,
  };
}
