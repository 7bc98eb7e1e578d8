/// <reference path="./patched-postgres.d.ts" />
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { Duplex } from 'node:stream';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import postgres from 'postgres';
import { expect, inject, test } from 'vitest';
import { type Encoded, encoded } from '../statement/parameters.ts';
import { row } from '../testing/batches.ts';
import { EventRows } from '../write/event-rows.ts';
import type { Sql } from './connect.ts';

/** The fixes in `patches/postgres@3.4.9.patch`, hunk by hunk. Each test fails with the unpatched library. */

test('a statement after one that failed halfway returns its rows from index 0', async () => {
  const sql = postgres(inject('postgresUrl'), { max: 1 });
  await expect(sql`select 1 / (2 - n) from generate_series(1, 3) as n`).rejects.toThrow('division by zero');
  expect([...(await sql`select 7 as seven`)]).toEqual([{ seven: 7 }]);
  await sql.end();
});

test('a connection that broke during a write sends the startup message on reconnect', async () => {
  const { sql, sockets } = await connectToFake();
  const broken = sql`select 2`.execute();
  await Promise.resolve();
  sockets[0]?.emit('close', false);
  await expect(broken).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  const again = sql`select 3`.execute();
  await expect.poll(() => sockets[1]?.sent[0]?.readInt32BE(4)).toBe(PROTOCOL_3);
  sockets[1]?.emit('close', false);
  await expect(again).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
});

test('a statement between the error and close events of its connection fails', async () => {
  const { sql, sockets } = await connectToFake();
  sockets[0]?.emit('error', new Error('reset'));
  const late = sql`select 2`.execute();
  await Promise.resolve();
  sockets[0]?.emit('close', true);
  await expect(late).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
});

test('a late statement of a transaction whose connection has closed fails (#1208)', async () => {
  const { sql, sockets } = await connectToFake();
  const { promise: late, resolve } = Promise.withResolvers<unknown>();
  const transaction = sql.begin(async (tx) => {
    sockets[0]?.emit('close', false);
    resolve(await tx`select 2`.catch((error: unknown) => error));
  });
  await expect.poll(() => String(sockets[0]?.sent.at(-1))).toContain('begin');
  sockets[0]?.push(Buffer.concat([message('C', 'BEGIN\0'), message('Z', 'T')]));
  await expect(transaction).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  expect(await late).toMatchObject({ code: 'CONNECTION_CLOSED' });
});

// L12
test('a late statement of a transaction never runs on the next connection (#1155)', async () => {
  const { sql, sockets } = await connectToFake();
  const { promise: late, resolve } = Promise.withResolvers<unknown>();
  const transaction = sql.begin(async (tx) => {
    await Promise.resolve();
    sockets[0]?.emit('close', false);
    const next = sql`select 3`.execute();
    await expect.poll(() => sockets[1]?.sent.length).toBe(1);
    sockets[1]?.push(welcome);
    await expect.poll(() => String(sockets[1]?.sent.at(-1))).toContain('select 3');
    sockets[1]?.push(refusal);
    await expect(next).rejects.toThrow('no');
    resolve(await tx`select 2`.catch((error: unknown) => error));
  });
  await expect.poll(() => String(sockets[0]?.sent.at(-1))).toContain('begin');
  sockets[0]?.push(Buffer.concat([message('C', 'BEGIN\0'), message('Z', 'T')]));
  await expect(transaction).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  expect(await late).toMatchObject({ code: 'CONNECTION_CLOSED' });
  expect(String(sockets[1]?.sent)).not.toContain('select 2');
});

test('the first statement after a terminated backend does not get its error', async () => {
  const sql = postgres(inject('postgresUrl'), { max: 1 });
  await expect(sql`select pg_terminate_backend(pg_backend_pid())`).rejects.toThrow();
  expect([...(await sql`select 7 as seven`)]).toEqual([{ seven: 7 }]);
  await sql.end();
});

test('a statement fails if the server closes new connections', async () => {
  await using server = await listen(createServer((socket) => socket.end()));
  const sql = postgres({ host: '127.0.0.1', port: server.port, max: 1 });
  await expect(sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
});

async function listen(server: Server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
const PROTOCOL_3 = 0x0003_0000;

function message(type: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
}

const ready = message('Z', 'I');
const welcome = Buffer.concat([message('R', '\0\0\0\0'), ready]);
const refusal = Buffer.concat([message('E', 'SERROR\0C42601\0Mno\0\0'), ready]);

/** A socket whose peer is the test. */
class FakeSocket extends Duplex {
  readonly readyState = 'open';
  readonly sent: Buffer[] = [];

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(bytes);
    done();
  }
}

/** A pool of one connection, whose first statement has failed, and the sockets that it opens. */
async function connectToFake() {
  const sockets: FakeSocket[] = [];
  const options = { max: 1, fetch_types: false, socket: () => newSocket(sockets) };
  const sql = postgres(options as postgres.Options<never>);
  const answered = sql`select 1`.execute();
  await expect.poll(() => sockets[0]?.sent.length).toBe(1);
  sockets[0]?.push(welcome);
  sockets[0]?.push(refusal);
  await expect(answered).rejects.toThrow('no');
  return { sql, sockets };
}

function newSocket(sockets: FakeSocket[]): FakeSocket {
  const socket = new FakeSocket();
  sockets.push(socket);
  return socket;
}

test('a buffer is sent as text if its type is unknown, and as bytea by default', async () => {
  const sql = postgres(inject('postgresUrl'), { max: 1 });
  const large = Buffer.from(`{${Array(50_000).fill('"é,\\\\"')}}`);
  const sent = (bytes: Buffer) => sql.typed(bytes as never, 0);
  for (const _ of [1, 2]) {
    const [row] = await sql`
      select ${sent(Buffer.from('a\x1eß'))}::text as text, ${'between'} as between,
             cardinality(${sent(large)}::text[]) as count, (${sent(large)}::text[])[50000] as last,
             ${Buffer.from([0, 92, 255])} as data`;
    expect(row).toEqual({
      text: 'a\x1eß',
      between: 'between',
      count: 50_000,
      last: 'é,\\',
      data: Buffer.from([0, 92, 255]),
    });
  }
  await expect(sql`select ${sent(Buffer.from([255]))}::text`).rejects.toMatchObject({ code: '22021' });
  await sql.end();
});

test.each([true, false])('arrays are binary if they are declared so (prepared: %s)', async (prepare) => {
  const sql = postgres(inject('postgresUrl'), { max: 1, prepare });
  const sent = (column: Encoded) => encoded(sql as unknown as Sql, column);
  const [all, text] = [EventRows.of([row(0), row(1, { userId: null })]), Buffer.from('{}')];
  const { eventIds, eventTimes, userIds } = all.toColumns();
  const ids = [...all].map(({ eventId }) => eventId);
  const time = new Date('2026-11-24T09:30:12.345Z');
  for (const _ of [1, 2])
    expect(
      await sql`
        select ${'a'} as a, ${sent(eventIds)} as ids, ${sent(eventTimes)} as times, ${sent(userIds)}::text as users,
               ${sent(text)}::uuid[] as texts, ${null}::text as b`,
    ).toEqual([
      {
        a: 'a',
        ids,
        times: [time, time],
        users: '{user-1,NULL}',
        texts: [],
        b: null,
      },
    ]);
  await sql.end();
});

test('a statement retried after a schema change sends the same parameters', async () => {
  const sql = postgres(inject('postgresUrl'), { max: 1 });
  await sql`create temp table changing (a int)`;
  await sql`insert into changing values (1)`;
  const data = Buffer.from([0, 255, 92]);
  const query = async () => (await sql`select *, ${data} as data from changing`)[0]?.['data'];
  expect(await query()).toEqual(data);
  await sql`alter table changing add column b int`;
  expect(await query()).toEqual(data);
  await sql.end();
});

test('statements are garbage-collected in the young generation', () => {
  const sql = postgres(inject('postgresUrl'));
  const make = () => {
    for (let made = 0; made < 100_000; made++) sql`select ${made}`;
  };
  make();
  const before = oldGenerationBytes();
  make();
  expect(oldGenerationBytes() - before).toBeLessThan(100_000 * 50);
});

function oldGenerationBytes(): number {
  const oldSpace = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space');
  if (oldSpace === undefined) throw new Error('V8 has no space of that name');
  return oldSpace.space_used_size;
}

const manyRows = Buffer.from(Array.from({ length: 50_000 }, (_, n) => `${n}\té\\\\\n`).join(''));

async function connectWithTable() {
  const sql = postgres(inject('postgresUrl'), { max: 1 });
  await sql`create temp table copied (n int primary key, text text)`;
  const count = async () => (await sql`select count(*)::int as n from copied`)[0]?.['n'];
  return { sql, count };
}

test('the text of an unsafe statement that failed is garbage-collected', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const sql = postgres(inject('postgresUrl'), { max: 1 });
  const fail = async () => {
    const statement = sql.unsafe('select 1 / 0');
    await expect(statement).rejects.toThrow('division by zero');
    return new WeakRef((statement as unknown as { readonly strings: readonly string[] }).strings);
  };
  const texts = await fail();
  await sql`select 1`;
  const readText = () => {
    collect();
    return texts.deref();
  };
  await expect.poll(readText).toBeUndefined();
  await sql.end();
});

test('the rows of a COPY are sent with its simple query, which is one transaction', async () => {
  const { sql, count } = await connectWithTable();
  const text =
    'select 1 as one; copy copied from stdin; select max(n) as last, max(text) as text from copied';
  const results = await sql.unsafe<object[][]>(text, [], { copy: [[manyRows]] });
  expect(results.map((rows) => [...rows])).toEqual([[{ one: 1 }], [{ last: 49_999, text: 'é\\' }]]);
  expect(await count()).toBe(50_000);
  await sql.end();
});

test('a simple query may have several COPYs, each with its rows', async () => {
  const { sql, count } = await connectWithTable();
  const text = 'copy copied from stdin; delete from copied where n > 0; copy copied from stdin';
  await sql.unsafe(text, [], { copy: [[manyRows], [Buffer.from('-1\t\n'), Buffer.from('-2\t\n')]] });
  expect(await count()).toBe(3);
  await sql.end();
});

test.each([
  ['a statement before it', 'select 1 / 0; copy copied from stdin', '22012', manyRows],
  ['a statement after it', 'copy copied from stdin; select 1 / 0', '22012', manyRows],
  ['its first row', 'copy copied from stdin', '22P02', Buffer.concat([Buffer.from('x\t\n'), manyRows])],
  ['its last row', 'copy copied from stdin', '23505', Buffer.concat([manyRows, Buffer.from('0\t\n')])],
])(
  'a COPY that fails because of %s writes nothing, and the next one succeeds',
  async (_, text, code, copy) => {
    const { sql, count } = await connectWithTable();
    const failed = sql.unsafe(text, [], { copy: [[copy]] }).then(String, (error: unknown) => error);
    const next = sql.unsafe('copy copied from stdin', [], { copy: [[Buffer.from('0\t\n')]] });
    expect(await failed).toMatchObject({ code });
    await next;
    expect(await count()).toBe(1);
    await sql.end();
  },
);

test('a connection that breaks during a COPY fails the statement, not the next one', async () => {
  const { sql, sockets } = await connectToFake();
  const broken = sql.unsafe('copy copied from stdin', [], { copy: [[manyRows]] }).execute();
  await expect.poll(() => sockets[0]?.sent.at(-1)?.toString('latin1')).toBe('c\0\0\0\x04');
  sockets[0]?.emit('close', false);
  await expect(broken).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  const again = sql`select 3`.execute();
  await expect.poll(() => sockets[1]?.sent.length).toBe(1);
  sockets[1]?.push(welcome);
  sockets[1]?.push(refusal);
  await expect(again).rejects.toThrow('no');
});
