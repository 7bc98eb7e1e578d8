import { cutTail, tailFromJson } from '@pipeline/db/write';
import { UserError } from '@pipeline/runtime';
import type { Step } from '../model/actions.ts';
import type { RealDecisions } from '../model/explore.ts';
import { openLedger, run } from '../model/statements.ts';
import { both, type Index, type LedgerRow, type Response, type World } from '../model/world.ts';
import type { RealTables } from './database.ts';

/** What a step has done on the real database, and how its response differs from the model's. */
export interface Executed {
  readonly kind: string;
  readonly difference?: string | undefined;
}

/**
 * Does a step of the model on the real database.
 * @returns undefined if the step does not use the database
 */
export async function execute(
  real: RealTables,
  world: World,
  { label, world: after }: Step,
  decisions: RealDecisions,
): Promise<Executed | undefined> {
  const [, name, partition] = /^([AB]) ([01]) writes/.exec(label) ?? [];
  if (partition !== undefined)
    return await write(real, world, name === 'A' ? 0 : 1, Number(partition), decisions);
  if (/^[AB] locates$/.test(label)) return await locate(real, world, label.startsWith('A') ? 0 : 1, after);
  if (label === 'redrive marks' && world.redriving !== null) await real.redrive(world.redriving);
  else if (label === 'purge') await real.purge(after.tables.purged.at(-1) ?? 0);
  else if (label === 'backup') await real.backUp();
  else if (label === 'restore') await real.restore();
  else if (label === 'repair') await real.forgetFormerTopics();
  else if (after.tables === world.tables) return undefined;
  else throw new Error(`nothing is executed for the step: ${label}`);
  return { kind: label };
}

async function write(
  real: RealTables,
  { members, tables }: World,
  index: Index,
  partition: number,
  decisions: RealDecisions,
): Promise<Executed> {
  const { places = [], topicId = 0 } = members[index] ?? {};
  const work = places[partition]?.work;
  const next = work && decisions.nextOf(partition, work);
  if (!next || next === 'failed' || !('send' in next)) throw new Error('the writer sends no statement');
  const expected: Response = JSON.parse(run(tables, next.request).response);
  const found = await next.send(real.statements, topicUuid(topicId));
  const kind = 'form' in next.request ? `writes ${next.request.form}` : 'finds dead letters';
  return { kind: `${kind}: ${outcomeOf(found)}`, difference: compare(expected, found) };
}

function outcomeOf(response: Response): string {
  return typeof response === 'string' ? response : 'known' in response ? 'known' : 'done';
}

/** The real statement returns the ledger's tail only if it has written nothing. */
function compare(expected: Response, found: Response): string | undefined {
  const [a, b] = [expected, found].map((one) =>
    typeof one === 'object' && 'found' in one ? { ...one, tail: null } : one,
  );
  if (JSON.stringify(a) === JSON.stringify(b)) return undefined;
  return `the model responds ${JSON.stringify(a)}, Postgres ${JSON.stringify(b)}`;
}

/** Opens the ledgers of a member's partitions, and sets them back if the model has found a truncation. */
async function locate(real: RealTables, world: World, index: Index, after: World): Promise<Executed> {
  const { looked, places } = world.members[index] ?? { looked: null, places: [] };
  let { tables } = world;
  let kind = 'opens';
  for (const partition of both) {
    if (looked === null || !places[partition]?.owned) continue;
    const [start] = looked.bounds[partition] ?? [0];
    const log = { topic: 'events', partition, topicId: topicUuid(looked.topicId) };
    const opened = openLedger(tables, partition, looked.topicId, start);
    const isOpened = await open(() => real.statements.open(log, BigInt(start)));
    if (isOpened !== (opened !== undefined))
      return {
        kind,
        difference: `the model ${opened ? 'opens' : 'refuses'} ledger ${partition}, Postgres does not`,
      };
    if (opened === undefined) return { kind: 'is refused a ledger' };
    tables = opened;
    const [row, located] = [opened.ledgers[partition], after.tables.ledgers[partition]];
    if (!row || !located || row.resets === located.resets) continue;
    kind = 'rewinds';
    await real.statements.rewind(log, rewindOf(row, located.next));
  }
  return { kind };
}

function rewindOf({ next, resets, tail }: LedgerRow, to: number) {
  const parsed = tail === null ? undefined : tailFromJson(JSON.parse(tail));
  return { from: BigInt(next), to: BigInt(to), resets, tail: parsed && cutTail(parsed, BigInt(to)) };
}

async function open(statement: () => Promise<unknown>): Promise<boolean> {
  try {
    await statement();
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Begins with the number. No topic has the UUID of zeros. */
function topicUuid(topicId: number): string {
  return `${topicId}${'f'.repeat(31)}`;
}
