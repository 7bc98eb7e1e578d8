import { readFileSync } from 'node:fs';
import type { RunAs } from '../process/run-as.ts';

/**
 * Who runs Postgres, which refuses to be root: undefined (this user) unless this is root, then the machine's own
 * user `postgres` where there is one, else `nobody`. No user is made for it.
 * @param passwd the text of /etc/passwd
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

/** The account that this process must use. */
export function postgresAccount(): RunAs | undefined {
  const uid = process.getuid?.();
  return uid === 0 ? chooseAccount(uid, readFileSync('/etc/passwd', 'utf8')) : undefined;
}
