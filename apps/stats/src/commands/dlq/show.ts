import type { StoredDeadLetter } from '@pipeline/db/dead-letters';
import { clipPrintable, commandLine } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import { toHexDump } from '../../../web/format/text.ts';
import type { StatsContext } from '../../collect/stats-context.ts';
import { findDeadLetter } from '../../dead-letters/find.ts';
import { printJson } from '../../terminal/json.ts';
import { placeOf } from './list.ts';

/** Limits on the shown part of a value, which may have megabytes. */
const SHOWN_BYTES = 4_096;
const SHOWN_LINES = 16;

type Found = NonNullable<Awaited<ReturnType<typeof findDeadLetter>>>;

export interface ShowFlags {
  readonly json?: boolean | undefined;
  readonly topic?: string | undefined;
}

/** Prints one dead letter: its record as text and as bytes, its error and its history. */
export async function showDeadLetter(
  { database }: StatsContext,
  id: bigint,
  { json, topic }: ShowFlags,
): Promise<void> {
  const found = await findDeadLetter(database, id, topic);
  if (found === undefined)
    throw new UserError(
      `there is no dead letter ${id}${topic === undefined ? '' : ` from topic ${topic}`}`,
      `list them with "${commandLine('stats', ['dlq', 'ls'])}"`,
      exitCode.usage,
    );
  if (json) printJson(toJson(found));
  else process.stdout.write(toText(found));
}

function toJson({ deadLetter, actions, ancestors }: Found): object {
  const { key, value, headers, ...summary } = deadLetter;
  const [keyBase64, valueBase64] = [key, value].map((bytes) => bytes?.toString('base64') ?? null);
  return { ...summary, keyBase64, valueBase64, headers: namesOf(headers), actions, ancestors };
}

/** Each name once. */
function namesOf(headers: StoredDeadLetter['headers']): readonly string[] {
  return [...new Set(headers.map(([name]) => String(name)))];
}

function toText({ deadLetter, actions, ancestors }: Found): string {
  const lines = [
    `dead letter ${deadLetter.id}, ${deadLetter.status}, from ${placeOf(deadLetter)}, failed at ${deadLetter.failedAt}`,
    `reason    ${deadLetter.reason}${deadLetter.sqlstate === null ? '' : ` (${deadLetter.sqlstate})`}`,
    `error     ${clipPrintable(deadLetter.detail, 1_000)}`,
    `type      ${clipPrintable(deadLetter.eventType ?? '-', 64)}`,
    `redrives  ${deadLetter.redriveCount}${ancestors.length === 0 ? '' : `, before as ${ancestors.join(', ')}`}`,
    `headers   ${clipPrintable(namesOf(deadLetter.headers).join(', ') || '-', 200)}`,
    `key       ${asText(deadLetter.key)}`,
    `value     ${asText(deadLetter.value)}`,
    ...(deadLetter.value?.length ? [toHexDump(deadLetter.value.subarray(0, 16 * SHOWN_LINES))] : []),
    ...actions.map(({ at, by, action, outcome, detail }) =>
      clipPrintable(`${at}  ${action} ${outcome} by ${by}: ${detail}`, 200),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function asText(bytes: Buffer | null): string {
  if (bytes === null) return 'null';
  const rest = bytes.length > SHOWN_BYTES ? ` … ${bytes.length} bytes in all` : '';
  return `${clipPrintable(bytes.subarray(0, SHOWN_BYTES).toString('utf8'), 2 * SHOWN_BYTES)}${rest}`;
}
