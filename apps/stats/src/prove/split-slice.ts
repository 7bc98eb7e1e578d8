import type { KafkaRecord, LogSlice } from '@pipeline/kafka';

/** What one query compares. */
const MAX_RECORDS = 5_000;
const MAX_BYTES = 4 << 20;

/** Splits a slice, so that one query compares a limited number of records and bytes. */
export function* splitSlice(
  slice: LogSlice,
  maxRecords = MAX_RECORDS,
  maxBytes = MAX_BYTES,
): Generator<LogSlice> {
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
