import type { OutgoingRecord } from '@pipeline/kafka';
import { exitCode, UserError } from '@pipeline/runtime';
import { createDecoder, type EncodedRecord, type EventDefinition } from '@pipeline/schema';
import { findChoice, makeExample } from './example/find-example.ts';
import type { RecordMaker } from './mixture.ts';
import { pickInteger, pickPopular, type Random } from './random.ts';
import { createUuid7 } from './uuid.ts';

const USERS = 5_000;

/** Number of variants of a payload. */
const VARIANTS = 1_000_000;

/**
 * Records of a user's own definition, made from the schemas of its types.
 * @throws UserError if the envelope cannot be written, or no example of a type is found
 */
export function createOwnRecords(definition: EventDefinition, random: Random): RecordMaker {
  requireEncoding(definition);
  const types = Object.keys(definition.types).map((name) => ({ name, choice: findChoice(definition, name) }));
  const decode = createDecoder(definition);
  const isValid = (record: EncodedRecord) => decode({ ...record, offset: '0', timestamp: '0' }).ok;
  const make = (timeMs: number): EncodedRecord => {
    const { name, choice } = types[pickInteger(random, 0, types.length - 1)] ?? { name: '', choice: 0 };
    const fields = createFields(timeMs, random);
    const varied = attempt(() => makeExample(definition, name, pickInteger(random, 0, VARIANTS), fields));
    return varied !== undefined && isValid(varied) ? varied : makeExample(definition, name, choice, fields);
  };
  return {
    valid: (timeMs) => toOutgoing(make(timeMs)),
    invalid: (timeMs) => spoil(toOutgoing(make(timeMs)), random),
  };
}

function createFields(timeMs: number, random: Random) {
  return {
    event_id: createUuid7(timeMs, random),
    event_time: new Date(timeMs).toISOString(),
    user_id: `user-${pickPopular(random, USERS)}`,
  };
}

/** The alternatives of a schema may exclude each other, and not each has an example. */
function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function requireEncoding({ envelope, types }: EventDefinition): void {
  const reason =
    envelope.encode === undefined ? `the ${envelope.name} envelope` : 'a definition without types';
  if (envelope.encode !== undefined && Object.keys(types).length > 0) return;
  throw new UserError(
    `events of ${reason} cannot be simulated`,
    'publish recorded ones with --from FILE',
    exitCode.usage,
  );
}

/** No JSON in any envelope. */
function spoil(record: OutgoingRecord, random: Random): OutgoingRecord {
  const value = record.value ?? Buffer.alloc(0);
  return { ...record, value: value.subarray(0, pickInteger(random, 0, value.length - 1)) };
}

function toOutgoing({ key, value, headers }: EncodedRecord): OutgoingRecord {
  return {
    key: key && Buffer.from(key),
    value: Buffer.from(value),
    headers: headers.map(([name, value]) => [name, Buffer.from(value)] as const),
  };
}
