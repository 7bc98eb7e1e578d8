import * as Type from '@sinclair/typebox/type';
import { uuidPattern } from '../identity/uuid-pattern.ts';
import { dateTimePattern } from '../time/date-time.ts';

/** Postgres rejects NUL in text, and encoding an unpaired surrogate in UTF-8 would replace it. */
const storableText = '^[^\\u0000\\ud800-\\udfff]*$';

/** The members of a native event. `event_type` and `payload` depend on the definition. */
export const nativeMembers = {
  event_id: Type.String({
    pattern: uuidPattern,
    description: 'a UUID in the canonical 36-character form',
  }),
  event_time: Type.String({
    pattern: dateTimePattern,
    description: 'an RFC 3339 date-time with a time zone, in the years 0001 to 9999',
  }),
  user_id: Type.String({
    minLength: 1,
    maxLength: 256,
    pattern: storableText,
    description: 'text without NUL or unpaired surrogates',
  }),
};

/** The names of the built-in types. */
export const strictTypeName = Type.String({
  pattern: '^[a-z][a-z0-9_]{0,63}$',
  description: 'a lower-case letter followed by at most 63 of a-z, 0-9 and _',
});

/** The names of types in other definitions, as far as a pattern can check: see `isTypeName`. */
export const anyTypeName = Type.String({
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]{1,255}$',
  description: '1 to 255 bytes of text without control characters',
});

/** Where the members are, for `createAccept`. */
export const nativeLayout = {
  id: ['event_id'],
  keepsCase: true,
  type: ['event_type'],
  time: ['event_time'],
  user: ['user_id'],
  isUserOptional: false,
  payload: ['payload'],
  isPayloadObject: true,
} as const;
