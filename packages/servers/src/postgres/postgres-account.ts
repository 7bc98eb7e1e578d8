import { readFileSync } from 'node:fs';
import type { RunAs } from '../process/run-as.ts';

/**
 * The user that Postgres, which refuses to run as root, runs as: undefined (the current user) unless that is
 * root, then `postgres` if it exists, or else `nobody`. No user is created.
 * @param passwd the contents of /etc/passwd
 */
export function chooseAccount(uid: number | undefined, passwd: string): RunAs | undefined {
  if (uid !== 0) return undefined;
  return findAccount(passwd, 'postgres') ?? findAccount(passwd, 'nobody') ?? { uid: 65_534, gid: 65_534 };
}

/** A line is `name:password:uid:gid:comment:home:shell`: passwd(5). */
function findAccount(passwd: string, name: string): RunAs | undefined {
  const fields = passwd.split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = fields.find(([first]) => first === name) ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** The account that Postgres must run as when this process starts it. */
export function postgresAccount(): RunAs | undefined {
  const uid = process.getuid?.();
  return uid === 0 ? chooseAccount(uid, readFileSync('/etc/passwd', 'utf8')) : undefined;
}
