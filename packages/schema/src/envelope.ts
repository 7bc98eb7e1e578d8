import { type Static, Type } from '@sinclair/typebox';
import { dateTimePattern } from './date-time.ts';

/** RFC 9562, section 4: 36 characters, any version; not the `urn:uuid:` form. */
const uuidPattern = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';

/** No half of a surrogate pair: it would turn into another character on its way to Postgres. */
const wellFormedText = '^[^\\ud800-\\udfff]*$';

/** What every event has; the type decides what its payload must have. */
export const envelope = Type.Object(
  {
    event_id: Type.String({ pattern: uuidPattern }),
    event_type: Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' }),
    event_time: Type.String({ pattern: dateTimePattern }),
    user_id: Type.String({ minLength: 1, maxLength: 256, pattern: wellFormedText }),
    payload: Type.Object({}),
  },
  { additionalProperties: false },
);

export type Envelope = Static<typeof envelope>;
