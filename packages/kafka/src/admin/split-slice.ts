import type { KafkaRecord } from '../record.ts';
import type { LogSlice } from './log-slice.ts';

const MAX_BYTES = 4 << 20;

/**
 * Splits a slice into parts of a limited number of records and bytes; a single record may be larger.
 * @param maxBytes defaults to 4 MiB
 */
export function* splitSlice(slice: LogSlice, maxRecords: number, maxBytes = MAX_BYTES): Generator<LogSlice> {
  let { start, markers, aborted } = slice;
  let records: KafkaRecord[] = [];
  let bytes = 0;
  for (const record of slice.records) {
    if (records.length >= maxRecords || (records.length > 0 && bytes + record.encodedSize > maxBytes)) {
      const end = BigInt(record.offset);
      yield { start, end, records, markers, aborted };
      [start, markers, aborted, records, bytes] = [end, 0, 0, [], 0];
    }
    records.push(record);
    bytes += record.encodedSize;
  }
  yield { ...slice, start, records, markers, aborted };
}
