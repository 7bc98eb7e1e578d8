import * as Type from '@sinclair/typebox/type';
import { withLayout } from '../accept/layout.ts';
import { encodeNative, eventKey } from '../encode.ts';
import { createLocator } from '../locate/locate.ts';
import { parseBytes } from '../parse.ts';
import { portable } from '../portable.ts';
import { type Rejection, reject } from '../reasons.ts';
import { scanPayload } from '../scan-payload.ts';
import { isTypeName, typeNameRule } from '../text-rules.ts';
import { compileOnUse, type Validate } from '../validate.ts';
import { type AnyEvent, DEFAULT_MAX_BYTES, type Envelope, type Found } from './envelope.ts';
import type { OtherMembers } from './field-source.ts';
import { anyTypeName, nativeLayout, nativeMembers, strictTypeName } from './native-members.ts';

/** The argument of `nativeEnvelope`. */
export interface NativeOptions {
  /** What to do with members other than the five. Defaults to `reject`. */
  readonly otherMembers?: OtherMembers;
}

/**
 * The project's own envelope: a JSON object with `event_id` (a UUID), `event_type`, `event_time`, `user_id` and
 * `payload` (an object).
 */
export function nativeEnvelope({ otherMembers = 'reject' }: NativeOptions = {}): Envelope<string> {
  const find = otherMembers === 'reject' ? findPayload : createFinder(otherMembers);
  return createNative(anyTypeName, isTypeName, otherMembers, (event, text) =>
    isTypeName(event.event_type) ? find(event, text) : reject('not_an_event', typeNameRule, '/event_type'),
  );
}

const strictName = new RegExp(strictTypeName.pattern ?? '');

/** The envelope of the built-in definition, which allows fewer type names. */
export const strictNativeEnvelope: Envelope<string> = createNative(
  strictTypeName,
  (name): name is string => typeof name === 'string' && strictName.test(name),
  'reject',
  findPayload,
);

type IsName = (name: unknown) => name is string;
type Find = (event: AnyEvent<string>, text: string) => Found<string> | Rejection;

function createNative(
  typeName: Type.TString,
  isName: IsName,
  otherMembers: OtherMembers,
  find: Find,
): Envelope<string> {
  const isClosed = otherMembers === 'reject';
  const { event_id, event_time, user_id } = nativeMembers;
  const members = { event_id, event_type: typeName, event_time, user_id, payload: Type.Object({}) };
  const schema = Type.Object(members, { additionalProperties: !isClosed });
  const validate = compileOnUse(schema);
  const open: Envelope<string>['open'] = ({ value: bytes }, _, { maxBytes = DEFAULT_MAX_BYTES }) => {
    const parsed = parseBytes(bytes, maxBytes);
    if (!parsed.ok) return parsed;
    return (
      rejectNative(parsed.value, validate, isName) ?? find(parsed.value as AnyEvent<string>, parsed.text)
    );
  };
  return {
    name: 'native',
    identity: '["id","/event_id",null]',
    open: withLayout(open, { ...nativeLayout, isTypeName: isName, otherMembers }),
    encode: (event) => ({ key: eventKey(event), value: encodeNative(event), headers: [] }),
    describe: (name, payload) => describeNative(name, payload, isClosed),
  };
}

function rejectNative(value: unknown, validate: Validate, isName: IsName): Rejection | undefined {
  const problem = validate(value);
  if (problem === undefined) return undefined;
  const type = typeof value === 'object' && value !== null && 'event_type' in value ? value.event_type : null;
  return reject('not_an_event', problem.message, problem.path, isName(type) ? type : null);
}

/** The last of repeated payloads counts, as it does for JSON.parse. */
function findPayload(event: AnyEvent<string>, text: string): Found<string> {
  const { json, depth } = scanPayload(text);
  return toFound(event, json, depth, null);
}

const paths = ['event_id', 'event_type', 'event_time', 'user_id', 'payload'].map((name) => [name]);

/** Finds the payload of an event that may have other members. */
function createFinder(otherMembers: OtherMembers): Find {
  const locate = createLocator(paths);
  return ({ event_id, event_type, event_time, user_id, payload }, text) => {
    const { spans, othersJson } = locate(text);
    const { start = 0, end = 0, depth = 0 } = spans.at(-1) ?? {};
    const event = { event_id, event_type, event_time, user_id, payload };
    return toFound(event, text.slice(start, end), depth, otherMembers === 'keep' ? othersJson : null);
  };
}

function toFound(
  event: AnyEvent<string>,
  payloadJson: string,
  depth: number,
  attributesJson: string | null,
): Found<string> {
  const [payloadPath, typePath] = ['/payload', '/event_type'] as const;
  return { ok: true, event, payloadJson, depth, attributesJson, payloadPath, typePath };
}

/** `event_type` comes first, so that other types fail early. */
function describeNative(name: string, payload: Type.TSchema, isClosed: boolean): Type.TSchema {
  const { event_id, event_time, user_id } = nativeMembers;
  const properties = { event_type: Type.Literal(name), event_id, event_time, user_id, payload };
  return portable(Type.Object(properties, isClosed ? { additionalProperties: false } : {}));
}
