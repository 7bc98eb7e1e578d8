import type { AnyEvent, EncodedRecord } from '../envelope.ts';
import { pointerOf } from '../source-reader.ts';
import { ATTRIBUTE_PREFIX } from './binary.ts';
import type { CloudEventsOptions } from './options.ts';

const utf8 = new TextEncoder();

/** Writes an event with `event_id` as its id. Read again, the event has the id derived from that and `source`. */
export function encodeCloudEvent(options: CloudEventsOptions, event: AnyEvent): EncodedRecord {
  const { source = '/producer', mode = 'structured' } = options;
  const { event_id, event_type, event_time, user_id, payload } = event;
  const attributes = {
    ...{ specversion: '1.0', id: event_id, source, type: event_type, time: event_time },
    ...writeUser(options, user_id),
  };
  const key = user_id === null ? null : utf8.encode(user_id);
  return {
    key,
    ...(mode === 'binary' ? writeBinary(attributes, payload) : writeStructured(attributes, payload)),
  };
}

type Attributes = Readonly<Record<string, string>>;

/** The attribute that the user is read from. In the data, the payload already has it. */
function writeUser({ user }: CloudEventsOptions, userId: string | null): Attributes {
  const pointer = user === undefined ? undefined : pointerOf(user);
  const [, name = '', ...deeper] = pointer?.split('/') ?? [];
  return userId === null || deeper.length > 0 || !/^[a-z0-9]+$/.test(name) ? {} : { [name]: userId };
}

function writeStructured(attributes: Attributes, data: unknown) {
  const event = { ...attributes, datacontenttype: 'application/json', data };
  const headers = [['content-type', 'application/cloudevents+json; charset=UTF-8']] as const;
  return { value: utf8.encode(JSON.stringify(event)), headers };
}

function writeBinary(attributes: Attributes, data: unknown) {
  const written = Object.entries(attributes).map(
    ([name, text]) => [`${ATTRIBUTE_PREFIX}${name}`, text] as const,
  );
  const headers = [...written, ['content-type', 'application/json']] as const;
  return { value: utf8.encode(JSON.stringify(data)), headers };
}
