import type { Snapshot } from '../collect/snapshot.ts';
import { judge } from '../status/status.ts';
import { toJson, toPlain } from '../terminal/json.ts';
import { errorMessage } from '../user-errors.ts';
import type { DashboardState } from './dashboard-state.ts';

/** The page fetches older minutes less often; late events may still change them. */
const LATEST_MINUTES = 3;
/** More than the page shows; arbitrary event types can produce hundreds of groups. */
const MAX_GROUPS = 20;

/**
 * The message for the page: `/api/stats` with only the latest minutes, plus status, trend and newest events.
 */
function toReport(state: DashboardState, everySeconds: number) {
  const { snapshot, trend, group, latency, tail, proof } = state;
  const deadLetterGroups = snapshot.deadLetterGroups.slice(0, MAX_GROUPS);
  const { pauses, verification, kafkaProblem = null } = snapshot;
  return {
    ...toJson({ ...snapshot, minutes: latestOf(snapshot), deadLetterGroups }),
    ...toPlain({ status: judge(state), trend, group, latency, tail, proof, pauses }),
    ...toPlain({ verification, kafkaProblem, everySeconds }),
  };
}

export type Report = ReturnType<typeof toReport>;

/** Omits future minutes: events from a clock that is ahead must not displace the current minutes. */
function latestOf({ generatedAt, minutes }: Snapshot): Snapshot['minutes'] {
  const begun = minutes.filter(({ minute }) => Date.parse(minute) <= Date.parse(generatedAt));
  const from = [...new Set(begun.map(({ minute }) => minute))].slice(-LATEST_MINUTES)[0] ?? '';
  return begun.filter(({ minute }) => minute >= from);
}

/** A state as a server-sent event: `stats`, or `problem` if the tables cannot be read. Never rejects. */
export async function toMessage(read: () => Promise<DashboardState>, everySeconds: number): Promise<string> {
  try {
    return format('stats', toReport(await read(), everySeconds));
  } catch (error) {
    return format('problem', { error: errorMessage(error) });
  }
}

function format(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
