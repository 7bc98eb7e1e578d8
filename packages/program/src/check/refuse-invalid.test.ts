import { decodeEvent } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { type FindInvalid, refuseInvalid } from './refuse-invalid.ts';

const decode = (query: unknown) =>
  decodeEvent(
    Buffer.from(
      JSON.stringify({
        event_id: '00000000-0000-4000-8000-000000000001',
        ...{
          event_type: 'search',
          event_time: '2026-11-24T09:30:00Z',
          user_id: 'user-42',
          payload: { query },
        },
      }),
    ),
  );

test('only the events that Postgres cannot store are rejected, in their order', async () => {
  const decodings = ['shoes', 7, 'a\0b', '\0'].map(decode);
  const message = 'unsupported Unicode escape sequence';
  const find: FindInvalid = async (events) =>
    new Map(
      events.flatMap(({ payloadJson }, index) =>
        payloadJson.includes('u0000') ? [[index, { message }]] : [],
      ),
    );
  const refused = { ok: false, reason: 'refused_by_database', message, path: '', eventType: 'search' };
  expect(await refuseInvalid(find, decodings)).toEqual([decodings[0], decodings[1], refused, refused]);
});

test('Postgres is not queried if no record is an event', async () => {
  const decodings = [decode(7)];
  const find = () => Promise.reject(new Error('must not be called'));
  expect(await refuseInvalid(find, decodings)).toEqual(decodings);
});
