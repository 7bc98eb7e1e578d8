import { expect, test } from 'vitest';
import { chooseAccount } from './postgres-account.ts';

const root = 'root:x:0:0:root:/root:/bin/bash\n';
const nobody = 'nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n';
const postgres = 'postgres:x:101:104::/var/lib/postgresql:/bin/bash\n';

test('Postgres runs as the current user unless that is root', () => {
  expect(chooseAccount(1000, root + postgres)).toBeUndefined();
});

test('root runs Postgres as postgres, or else as nobody, never as root', () => {
  expect(chooseAccount(0, root + nobody + postgres)).toEqual({ uid: 101, gid: 104 });
  expect(chooseAccount(0, root + nobody)).toEqual({ uid: 65_534, gid: 65_533 });
  expect(chooseAccount(0, root)?.uid).toBeGreaterThan(0);
});
