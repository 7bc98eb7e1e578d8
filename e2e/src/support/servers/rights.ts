import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../programs/wait.ts';
import { type KafkaClient, operate } from './kafka-client.ts';
import type { Pipeline } from './pipeline.ts';

/** Codes of resource types and operations: https://kafka.apache.org/protocol */
const kinds = { topic: 2, group: 3 };
const operations = { READ: 3, WRITE: 4, CREATE: 5, DESCRIBE: 8, DESCRIBE_CONFIGS: 10 };
const [ANY, LITERAL, ALLOW] = [1, 3, 3];

type Operator = ReturnType<KafkaClient['admin']>;

/** A right of a Kafka user on a topic or a group. */
export interface Right {
  readonly kind: keyof typeof kinds;
  readonly name: string;
  readonly operation: string;
}

/**
 * Grants a Kafka user exactly these rights, and waits until the broker applies them. Rights that the user
 * already has stay in effect throughout.
 */
export async function grantOnly(pipeline: Pipeline, user: string, rights: readonly Right[]): Promise<void> {
  const wanted = rights.map((right) => toAcl(`User:${user}`, right));
  await operate(pipeline, async (operator) => {
    await operator.createAcls({ acl: wanted });
    const excess = (await readAcls(operator, user)).filter((acl) => !includes(wanted, acl));
    if (excess.length > 0) await operator.deleteAcls({ filters: excess });
    await waitUntil(async () => {
      const held = await readAcls(operator, user);
      return held.length === wanted.length && wanted.every((acl) => includes(held, acl));
    });
  });
}

type Acl = ReturnType<typeof toAcl>;

async function readAcls(operator: Operator, user: string): Promise<readonly Acl[]> {
  const kind = { resourceType: ANY, resourcePatternType: ANY, operation: ANY, permissionType: ANY };
  const { resources } = await operator.describeAcls({ ...kind, principal: `User:${user}` });
  return resources.flatMap(({ acls, resourceType, resourceName, resourcePatternType }) =>
    acls.map((acl) => ({ ...acl, resourceType, resourceName, resourcePatternType })),
  );
}

function includes(acls: readonly Acl[], acl: Acl): boolean {
  return acls.some(
    (one) =>
      one.resourceType === acl.resourceType &&
      one.resourceName === acl.resourceName &&
      one.operation === acl.operation,
  );
}

function toAcl(principal: string, { kind, name, operation }: Right) {
  return {
    resourceType: kinds[kind] as number,
    resourceName: name,
    resourcePatternType: LITERAL as number,
    principal,
    host: '*',
    operation: operations[operation as keyof typeof operations] as number,
    permissionType: ALLOW as number,
  };
}

const page = join(import.meta.dirname, '../../../../docs/secure.md');

/**
 * The rights that docs/secure.md lists for a program: the row of a table whose columns are topics and
 * groups.
 * @throws Error if there is no such row
 */
export function documentedRights(program: string): readonly Right[] {
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map(cellsOf);
  const head = rows.find(([first]) => first === 'program');
  const row = rows.find(([first]) => first === program);
  if (head === undefined || row === undefined)
    throw new Error(`docs/secure.md lists no rights of ${program}`);
  return head.flatMap((cell, column) => {
    const [, kind, name = ''] = /^(topic|group) `(.+)`$/.exec(cell) ?? [];
    const listed = row[column]?.match(/[A-Z_]+/g) ?? [];
    return kind === undefined
      ? []
      : listed.map((operation) => ({ kind: kind as Right['kind'], name, operation }));
  });
}

function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
