import * as Type from '@sinclair/typebox/type';
import { encodeEvent, eventKey } from '../encode.ts';
import { parseBytes } from '../parse.ts';
import { portable } from '../portable.ts';
import { type Rejection, reject } from '../reasons.ts';
import { scanPayload } from '../scan-payload.ts';
import { isTypeName } from '../text-rules.ts';
import { compileValidator } from '../validate.ts';
import {
  type AnyEvent,
  DEFAULT_MAX_BYTES,
  type DecodeLimits,
  type Envelope,
  type Found,
  type SourceRecord,
} from './envelope.ts';
import { anyTypeName, nativeMembers, strictTypeName } from './native-members.ts';

/**
 * The project's own envelope: a JSON object with `event_id` (a UUID), `event_type`, `event_time`, `user_id` and
 * `payload` (an object), and no other member.
 */
export function nativeEnvelope(): Envelope<string> {
  return createNative(anyTypeName, isTypeName);
}

const strictName = new RegExp(strictTypeName.pattern ?? '');

/** The envelope of the built-in definition, which allows fewer type names. */
export const strictNativeEnvelope: Envelope<string> = createNative(
  strictTypeName,
  (name): name is string => typeof name === 'string' && strictName.test(name),
);

function createNative(typeName: Type.TString, isName: (name: unknown) => name is string): Envelope<string> {
  const { event_id, event_time, user_id } = nativeMembers;
  const members = { event_id, event_type: typeName, event_time, user_id, payload: Type.Object({}) };
  const validate = compileValidator(Type.Object(members, { additionalProperties: false }));
  return {
    name: 'native',
    identity: '["id","/event_id",null]',
    open({ value: bytes }: SourceRecord, _, { maxBytes = DEFAULT_MAX_BYTES }: DecodeLimits) {
      const parsed = parseBytes(bytes, maxBytes);
      if (!parsed.ok) return parsed;
      const { text, value } = parsed;
      const problem = validate(value);
      if (problem !== undefined) return rejectNative(value, isName, problem.message, problem.path);
      const event = value as AnyEvent<string>;
      return found(event, text);
    },
    encode: (event) => ({ key: eventKey(event), value: encodeEvent(event as never), headers: [] }),
    describe: describeNative,
  };
}

function found(event: AnyEvent<string>, text: string): Found<string> {
  const { json, depth } = scanPayload(text);
  return {
    ok: true,
    event,
    payloadJson: json,
    depth,
    attributesJson: null,
    payloadPath: '/payload',
    typePath: '/event_type',
  };
}

function rejectNative(
  value: unknown,
  isName: (name: unknown) => name is string,
  message: string,
  path: string,
): Rejection {
  const type = typeof value === 'object' && value !== null && 'event_type' in value ? value.event_type : null;
  return reject('not_an_event', message, path, isName(type) ? type : null);
}

/** `event_type` comes first, so that other types fail early. */
function describeNative(name: string, payload: Type.TSchema): Type.TSchema {
  const { event_id, event_time, user_id } = nativeMembers;
  const properties = { event_type: Type.Literal(name), event_id, event_time, user_id, payload };
  return portable(Type.Object(properties, { additionalProperties: false }));
}
