import type { OtherMembers } from '../envelopes/field-source.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import { skipDateTime, skipLowerUuid, skipUser, skipUserNumber, skipUuid } from './event-fields.ts';
import type { Layout } from './layout.ts';
import { type OtherSteps, type Placed, readPlaces } from './places.ts';
import { either, refuse, type Step } from './step.ts';
import { skipString } from './text.ts';
import { createTypeFinder, noType, type ReadableType } from './types.ts';
import { anyMember, anyValue, MAX_ROOM, skipNull } from './value.ts';

/** An event while it is read. */
export type Reading = { -readonly [Member in keyof AcceptedEvent]: AcceptedEvent[Member] } & {
  type: ReadableType;
  readonly others: number[];
  /** Whether the step of its type has read the payload. */
  isChecked: boolean;
};

export function createReading(): Reading {
  const [id, time] = [{ idStart: 0 }, { timeStart: 0, timeEnd: 0 }];
  const [user, payload] = [
    { userStart: -1, userEnd: -1 },
    { payloadStart: 0, payloadEnd: 0 },
  ];
  return {
    bytes: noType.bytes,
    type: noType,
    others: [],
    isChecked: false,
    ...id,
    ...time,
    ...user,
    ...payload,
  };
}

/** Creates the step that reads a whole record and notes where the parts of its event are. */
export function compileParts(
  layout: Layout,
  types: readonly ReadableType[],
  event: Reading,
  room: number,
): Step {
  const { id, keepsCase, type, time, user, isUserOptional, payload, otherMembers } = layout;
  const required = (names: readonly string[], step: Step): Placed => ({ names, step, isRequired: true });
  const parts = [
    required(id, noteId(event, keepsCase ? skipUuid : skipLowerUuid)),
    required(time, noteTime(event)),
    required(payload, notePayload(event, anyValue(room))),
  ];
  if (!('constant' in type)) parts.push(required(type, noteType(event, types)));
  const userStep = isUserOptional ? anyUser(event) : noteUser(event, skipUser, 1);
  if (user !== undefined) parts.push({ names: user, step: userStep, isRequired: !isUserOptional });
  return readPlaces(parts, otherSteps(event, otherMembers));
}

/** A member to keep that is further inside is left to the decoder. */
function otherSteps({ others }: Reading, otherMembers: OtherMembers): OtherSteps {
  const skip = anyMember(MAX_ROOM);
  if (otherMembers === 'ignore') return { outermost: skip, inner: skip };
  if (otherMembers === 'reject') return { outermost: refuse, inner: refuse };
  const note: Step = (bytes, at) => {
    const end = skip(bytes, at);
    others.push(at, end);
    return end;
  };
  return { outermost: note, inner: refuse };
}

function noteId(event: Reading, skipId: Step): Step {
  return (bytes, at) => {
    event.idStart = at + 1;
    return skipId(bytes, at);
  };
}

function noteType(event: Reading, types: readonly ReadableType[]): Step {
  const find = createTypeFinder(types);
  return (bytes, at) => {
    const end = skipString(bytes, at);
    event.type = find(bytes, at, end);
    return event.type === noType ? -1 : end;
  };
}

function noteTime(event: Reading): Step {
  return (bytes, at) => {
    const end = skipDateTime(bytes, at);
    event.timeStart = at + 1;
    event.timeEnd = end - 1;
    return end;
  };
}

/** A string, a number, whose text counts, or null. */
function anyUser(event: Reading): Step {
  return either([noteUser(event, skipUser, 1), noteUser(event, skipUserNumber, 0), skipNull]);
}

/** @param quotes number of characters before and after the text */
function noteUser(event: Reading, skip: Step, quotes: number): Step {
  return (bytes, at) => {
    const end = skip(bytes, at);
    if (end < 0) return -1;
    event.userStart = at + quotes;
    event.userEnd = end - quotes;
    return end;
  };
}

/** If the type follows, the payload is only skipped; the reader then reads it once more. */
function notePayload(event: Reading, skip: Step): Step {
  return (bytes, at) => {
    event.isChecked = event.type !== noType;
    const end = event.isChecked ? event.type.payload(bytes, at) : skip(bytes, at);
    event.payloadStart = at;
    event.payloadEnd = end;
    return end;
  };
}
