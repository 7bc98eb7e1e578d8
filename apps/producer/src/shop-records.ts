import { encodeEvent, eventKey } from '@pipeline/schema';
import { createCatalogue } from './catalogue.ts';
import { spoilEvent } from './invalid-records.ts';
import type { RecordMaker } from './mixture.ts';
import type { Random } from './random.ts';
import { simulateVisitors } from './sessions.ts';

/** Records of the built-in definition: a simulated shop. The user is the key, so that their events stay in order. */
export function createShopRecords(random: Random): RecordMaker {
  const nextEvent = simulateVisitors(createCatalogue(random), random);
  return {
    valid(timeMs) {
      const event = nextEvent(timeMs);
      return { key: toBuffer(eventKey(event)), value: toBuffer(encodeEvent(event)) };
    },
    invalid(timeMs) {
      const event = nextEvent(timeMs);
      return { key: toBuffer(eventKey(event)), value: spoilEvent(event, random) };
    },
  };
}

/** The same bytes, without a copy. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
