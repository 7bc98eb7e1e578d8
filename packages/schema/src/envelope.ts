import { type Static, Type } from '@sinclair/typebox';
import { dateTimePattern } from './date-time.ts';

/** Digits written one by one: V8 counts the repetitions of a class half as fast. */
const hex = (digits: number) => '[0-9a-fA-F]'.repeat(digits);

/** RFC 9562, section 4: any version; not the `urn:uuid:` form. */
const uuidPattern = `^${[8, 4, 4, 4, 12].map(hex).join('-')}$`;

/** What an event type may be called. */
export const typePattern = '^[a-z][a-z0-9_]{0,63}$';

/** Postgres has no NUL in a text, and half of a surrogate pair would turn into another character on its way there. */
const storableText = '^[^\\u0000\\ud800-\\udfff]*$';

/** What every event has; the type decides what its payload must have. */
export const envelope = Type.Object(
  {
    event_id: Type.String({
      pattern: uuidPattern,
      description: 'a UUID in its canonical form of 36 characters',
    }),
    event_type: Type.String({
      pattern: typePattern,
      description: 'a lower-case letter and then at most 63 of a-z, 0-9 and _',
    }),
    event_time: Type.String({
      pattern: dateTimePattern,
      description: 'a date and time of RFC 3339 with a zone, in the years 0001 to 9999',
    }),
    user_id: Type.String({
      minLength: 1,
      maxLength: 256,
      pattern: storableText,
      description: 'text without NUL and without half a surrogate pair',
    }),
    payload: Type.Object({}),
  },
  { additionalProperties: false },
);

export type Envelope = Static<typeof envelope>;
