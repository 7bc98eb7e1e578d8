import { DeadlineError } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { describeError, type ErrorKind, errorKind } from './errors.ts';

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
      '25006',
      '25P03',
    ],
    ...[
      'ECONNREFUSED',
      'ECONNRESET',
      'EPIPE',
      'CONNECTION_CLOSED',
      'CONNECT_TIMEOUT',
      'ENOTFOUND',
      'EADDRNOTAVAIL',
      'ENETDOWN',
      'EAI_FAIL',
      'EMFILE',
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
  ],
};

const cases = Object.entries(kinds).flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const));

test.each(cases)('%s is %s', (code, kind) => {
  expect(errorKind(Object.assign(new Error('failed'), { code }))).toBe(kind);
});

test.each<readonly [string, ErrorKind]>([
  ['unsupported startup parameter: statement_timeout', 'permanent'],
  ['no such user: app', 'permanent'],
  ['SASL authentication failed', 'permanent'],
  ['query_wait_timeout', 'transient'],
])('an error of a pooler is classified by its message: %s is %s', (message, kind) => {
  expect(errorKind(Object.assign(new Error(message), { code: '08P01' }))).toBe(kind);
});

// M3
test.each<readonly [string, string, ErrorKind]>([
  ['GetNewTransactionId', 'Datenbank nimmt keine Befehle an', 'transient'],
  ['GetNewMultiXactId', 'multixact "members" limit exceeded', 'transient'],
  ['_bt_check_third_page', 'index row size 2800 exceeds btree version 4 maximum 2704', 'refused'],
])('54000 of %s is an outage only if it protects from wraparound', (routine, message, kind) => {
  expect(errorKind(Object.assign(new Error(message), { code: '54000', routine }))).toBe(kind);
});

test('a statement past its deadline is a transient error', () => {
  expect(errorKind(new DeadlineError('a statement took longer than 5 ms'))).toBe('transient');
});

test('a programming error is permanent', () => {
  expect(errorKind(new TypeError('x is undefined'))).toBe('permanent');
});

test('the description of an error omits its detail, which contains row values', () => {
  const error = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    detail: 'Key (email)=(a@b.c) exists.',
  });
  expect(describeError(error)).toBe('duplicate key value (23505)');
});
