import { DeadlineError, exitCode, StopRequest, UserError } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import {
  codeOf,
  describeError,
  type ErrorKind,
  errorKind,
  isTransientError,
  postgresErrors,
  toUserError,
} from './errors.ts';

const kinds: Readonly<Record<ErrorKind, readonly string[]>> = {
  refused: ['22P05', '22P02', '22003', '22007', '22021', '23502', '23514', '54000', '54001'],
  transient: [
    ...[
      '08006',
      '40001',
      '40P01',
      '53100',
      '53200',
      '53300',
      '55006',
      '55P03',
      '57014',
      '57P01',
      '57P03',
      '58030',
      '25006',
      '25P03',
    ],
    ...[
      'ECONNREFUSED',
      'ECONNRESET',
      'EPIPE',
      'ETIMEDOUT',
      'CONNECTION_CLOSED',
      'CONNECTION_ENDED',
      'CONNECTION_DESTROYED',
      'CONNECT_TIMEOUT',
      'ENOTFOUND',
      'EADDRNOTAVAIL',
      'EHOSTUNREACH',
      'ENETDOWN',
      'EAI_AGAIN',
      'EAI_FAIL',
      'EMFILE',
      'ENFILE',
      'ENOBUFS',
      'EPROTO',
      'ERR_SSL_BAD_RECORD_TYPE',
    ],
  ],
  permanent: [
    '28P01',
    '28000',
    '3D000',
    '42P01',
    '42703',
    '42501',
    '0A000',
    'XX000',
    '23505',
    '21000',
    '26000',
    'SSL_REFUSED',
    'CERT_HAS_EXPIRED',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  ],
};

const cases = Object.entries(kinds).flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const));

test.each(cases)('%s is %s', (code, kind) => {
  expect(errorKind(failed(code))).toBe(kind);
  expect(isTransientError(failed(code))).toBe(kind === 'transient');
});

function failed(code: string, message = 'failed'): Error {
  return Object.assign(new Error(message), { code });
}

const exact = cases.filter(([code, kind]) => kind !== 'permanent' && !/^(ECONN|ERR_SSL)/.test(code));

test.each(exact)('a code that only contains %s is permanent', (code) => {
  expect([`X${code}`, `${code}X`].map((other) => errorKind(failed(other)))).toEqual([
    'permanent',
    'permanent',
  ]);
});

test.each(['XECONNRESET', 'ECONNRESET-X', 'XERR_SSL_BAD_RECORD_TYPE'])('the code %s is permanent', (code) => {
  expect(errorKind(failed(code))).toBe('permanent');
});

test.each<readonly [string, ErrorKind]>([
  ['unsupported startup parameter: statement_timeout', 'permanent'],
  ['no such user: app', 'permanent'],
  ['no such database: app', 'permanent'],
  ['SASL authentication failed', 'permanent'],
  ['query_wait_timeout', 'transient'],
  ['server login failed: no such user', 'transient'],
])('an error of a pooler is classified by its message: %s is %s', (message, kind) => {
  expect(errorKind(failed('08P01', message))).toBe(kind);
  expect(errorKind(failed('08006', message))).toBe('transient');
});

// M3
test.each<readonly [string, string, ErrorKind]>([
  ['GetNewTransactionId', 'Datenbank nimmt keine Befehle an', 'transient'],
  ['GetNewMultiXactId', 'multixact "members" limit exceeded', 'transient'],
  ['_bt_check_third_page', 'index row size 2800 exceeds btree version 4 maximum 2704', 'refused'],
  ['CheckGetNewTransactionId', 'a function of a later version', 'refused'],
  ['GetNewTransactionIds', 'a function of a later version', 'refused'],
])('54000 of %s is an outage only if it protects from wraparound', (routine, message, kind) => {
  expect(errorKind(Object.assign(failed('54000', message), { routine }))).toBe(kind);
  expect(errorKind(Object.assign(failed('22003', message), { routine }))).toBe('refused');
});

// M3
test('54000 without a function is an outage if its message names wraparound', () => {
  const message = 'database is not accepting commands that assign new XIDs to avoid wraparound data loss';
  expect([errorKind(failed('54000', message)), errorKind(failed('54000'))]).toEqual(['transient', 'refused']);
});

test('a statement past its deadline is a transient error', () => {
  expect(errorKind(new DeadlineError('a statement took longer than 5 ms'))).toBe('transient');
});

test('a programming error is permanent', () => {
  expect(errorKind(new TypeError('x is undefined'))).toBe('permanent');
  expect(errorKind({ name: 'DeadlineError' })).toBe('permanent');
});

test.each([null, undefined, 'text', new Error('failed'), { code: 7 }])('%s has no code', (error) => {
  expect(codeOf(error)).toBe('');
});

test('the description of an error omits its detail, which contains row values', () => {
  const error = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    detail: 'Key (email)=(a@b.c) exists.',
  });
  expect(describeError(error)).toBe('duplicate key value (23505)');
});

test('an error is described by its message, with its code once', () => {
  const several = failed('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432');
  expect(describeError(several)).toBe(several.message);
  expect(describeError(Object.assign(new AggregateError([several]), { code: 'ECONNREFUSED' }))).toBe(
    'ECONNREFUSED',
  );
  expect([describeError(new Error('failed')), postgresErrors.describeError('text')]).toEqual([
    'failed',
    'text',
  ]);
});

test.each([
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", no encryption', 'set sslmode=verify-full'],
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", SSL off', 'set sslmode=verify-full'],
  ['28P01', 'password authentication failed for user "app"', 'check the user and the password'],
  ['08P01', 'SASL authentication failed', 'check the user and the password'],
  ['08P01', 'no such user: app', 'check the user and the password'],
  ['08P01', 'unsupported startup parameter: statement_timeout', 'set DATABASE_POOL_MODE=transaction'],
  ['26000', 'prepared statement "a1" does not exist', 'set DATABASE_POOL_MODE=transaction'],
  ['42P05', 'prepared statement "a1" already exists', 'set DATABASE_POOL_MODE=transaction'],
  ['SSL_REFUSED', 'the server does not support TLS', 'enable TLS (ssl = on)'],
  ['3D000', 'database "app" does not exist', 'create the database'],
  ['42501', 'permission denied for table raw_events', 'grant the user'],
  ['42601', 'syntax error at or near "42501 "', 'see the log of Postgres'],
  [
    'XX000',
    '28000 no encryption, 26000, SSL_REFUSED, 28P01, 3D000, 42P01 , 42501 ',
    'see the log of Postgres',
  ],
])('%s, %s, is reported with a remedy', (code, message, remedy) => {
  expect(toUserError(failed(code, message))).toMatchObject({
    message: `Postgres: ${message} (${code})`,
    remedy: expect.stringContaining(remedy),
    code: exitCode.failed,
    fix: undefined,
  });
});

test.each(['42P01', '42703', '42P10', '42883', '3F000'])(
  '%s is fixed by creating or migrating tables',
  (code) => {
    expect(toUserError(failed(code))).toMatchObject({
      remedy: 'create the tables, or migrate them to the version of this program',
      fix: { name: 'create-tables' },
    });
  },
);

test('transient errors and those for the user are reported as they are', () => {
  for (const error of [new UserError('problem', 'remedy'), new StopRequest('SIGTERM'), failed('57P01')])
    expect(toUserError(error)).toBe(error);
});

test('a TLS error and a thrown text are reported, too', () => {
  expect(toUserError(failed('CERT_HAS_EXPIRED'))).toMatchObject({
    message: 'Postgres presents an expired certificate',
    remedy: expect.stringContaining('renew'),
  });
  const ofProvider = Object.assign(failed('SELF_SIGNED_CERT_IN_CHAIN'), { databaseHost: 'a.aivencloud.com' });
  expect(toUserError(ofProvider)).toMatchObject({ remedy: expect.stringContaining('service page') });
  expect(toUserError('text')).toMatchObject({ message: 'Postgres: text', remedy: 'see the log of Postgres' });
});
