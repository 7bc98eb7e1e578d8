import {
  type DeadLetterAction,
  readActions,
  readAncestors,
  readDeadLetters,
  type StoredDeadLetter,
} from '@pipeline/db';
import { exitCode, UserError } from '@pipeline/runtime';
import { clipPrintable, toPrintableJson } from '../../printable.ts';
import { openStatsContext, type StatsSettings } from '../../stats-context.ts';
import { placeOf, toPlain } from './list.ts';

/** What is shown of a value: it may have megabytes. */
const SHOWN_BYTES = 4_096;
const SHOWN_LINES = 16;

interface History {
  readonly actions: readonly DeadLetterAction[];
  /** Letters that were redriven to where this one failed. */
  readonly ancestors: readonly bigint[];
}

/** Prints one letter: its record as text and as bytes, what is wrong with it, and what was done about it. */
export async function showDeadLetter(
  settings: StatsSettings,
  id: bigint,
  { json }: { readonly json?: boolean | undefined },
): Promise<void> {
  await using view = openStatsContext(settings);
  const [letter] = await Array.fromAsync(readDeadLetters(view.database, { ids: [id] }));
  if (letter === undefined)
    throw new UserError(`there is no dead letter ${id}`, '"dlq ls" shows them', exitCode.usage);
  const history = {
    actions: await readActions(view.database, id),
    ancestors: await readAncestors(view.database, id),
  };
  process.stdout.write(json ? toJson(letter, history) : toText(letter, history));
}

function toJson(
  { key, value, headers, ...summary }: StoredDeadLetter,
  { actions, ancestors }: History,
): string {
  const [keyBase64, valueBase64] = [key, value].map((bytes) => bytes?.toString('base64') ?? null);
  const names = Object.keys(headers);
  const plain = { ...toPlain(summary), keyBase64, valueBase64, headers: names, actions };
  return `${toPrintableJson({ ...plain, ancestors: ancestors.map(String) })}\n`;
}

function toText(letter: StoredDeadLetter, { actions, ancestors }: History): string {
  const lines = [
    `dead letter ${letter.id}, ${letter.status}, from ${placeOf(letter)}, failed at ${letter.failedAt}`,
    `reason    ${letter.reason}${letter.sqlstate === null ? '' : ` (${letter.sqlstate})`}`,
    `error     ${clipPrintable(letter.detail, 1_000)}`,
    `type      ${clipPrintable(letter.eventType ?? '-', 64)}`,
    `redrives  ${letter.redriveCount}${ancestors.length === 0 ? '' : `, before as ${ancestors.join(', ')}`}`,
    `headers   ${clipPrintable(Object.keys(letter.headers).join(', ') || '-', 200)}`,
    `key       ${asText(letter.key)}`,
    `value     ${asText(letter.value)}`,
    ...hexLines(letter.value),
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

/** Sixteen bytes a line, as `hexdump -C` prints them. */
function hexLines(bytes: Buffer | null): readonly string[] {
  const shown = bytes?.subarray(0, 16 * SHOWN_LINES) ?? Buffer.alloc(0);
  return Array.from({ length: Math.ceil(shown.length / 16) }, (_, line) => {
    const part = shown.subarray(16 * line, 16 * line + 16);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    return `  ${(16 * line).toString(16).padStart(4, '0')}  ${hex.padEnd(47)}  ${text}`;
  });
}
