import { loadDefinition } from '@pipeline/definition';
import { outcomeOf, type PlacedOutcome, printReport, reportOf } from '@pipeline/program';
import type { Settings } from '@pipeline/runtime';
import { createDecoder } from '@pipeline/schema';
import { openInput, unreadable } from './from-file.ts';
import { splitLines } from './lines.ts';
import type { producerSettings } from './settings.ts';

/**
 * Prints what the definition makes of the lines of a file, each as the value of a record without a key and headers.
 * Sends nothing.
 * @throws UserError with exit code 3 if a record would be rejected, 2 if the file cannot be read
 */
export async function checkFile(
  settings: Settings<typeof producerSettings>,
  path: string,
  { topic = settings.KAFKA_TOPIC[0], json = false }: { readonly topic?: string; readonly json?: boolean },
): Promise<void> {
  const decode = createDecoder(await loadDefinition(settings));
  const place = { topic, partition: 0 };
  const timestamp = String(Date.now());
  const outcomes: PlacedOutcome[] = [];
  for await (const { value, number } of numberedLines(path)) {
    const outcome = outcomeOf(decode({ value, offset: String(number), timestamp }, place));
    outcomes.push({ place: `line ${number}`, outcome });
  }
  printReport(reportOf(outcomes), json);
}

/** The lines that are not empty, numbered from 1 with all lines. */
async function* numberedLines(path: string) {
  const input = await openInput(path);
  let number = 0;
  try {
    for await (const lines of splitLines(input))
      for (const value of lines) {
        number++;
        if (value.length > 0) yield { value, number };
      }
  } catch {
    throw unreadable(path);
  }
}
