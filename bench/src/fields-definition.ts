import { defineEvents, eventType, eventTypes, fields } from '@pipeline/schema';

/** The built-in events, found by a mapping. */
const envelope = fields({
  id: '/event_id',
  type: '/event_type',
  time: '/event_time',
  user: '/user_id',
  payload: '/payload',
  otherMembers: 'reject',
});

const types = Object.entries(eventTypes).map(([name, schema]) => eventType(name, schema));

export default defineEvents({ envelope, types });
