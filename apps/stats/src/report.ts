import type { DashboardState } from './dashboard-state.ts';
import { roundLatency, toJson } from './json.ts';
import type { Snapshot } from './snapshot.ts';
import { judge } from './status.ts';

/** What a page adds every few seconds to the minutes that it has; late events may still change older ones. */
const LATEST_MINUTES = 3;
/** More than the page shows; whoever invents types may make hundreds. */
const MOST_GROUPS = 20;

/** What the live page is told: the shape of `/api/stats` with the latest minutes only, the verdict and the trend. */
export function toReport(look: DashboardState, everySeconds: number) {
  const { snapshot, trend, group, latency, tail } = look;
  return {
    ...toJson({
      ...snapshot,
      minutes: latestOf(snapshot),
      deadLetterGroups: snapshot.deadLetterGroups.slice(0, MOST_GROUPS),
    }),
    status: judge(look),
    trend,
    group,
    latency: roundLatency(latency),
    tail: { events: tail.events, skipped: tail.skipped === null ? null : String(tail.skipped) },
    kafkaProblem: snapshot.kafkaProblem ?? null,
    everySeconds,
  };
}

/** What a browser of the page gets. */
export type Report = ReturnType<typeof toReport>;

/** Up to now: events whose clock is ahead of ours must not take the place of the present. */
function latestOf({ generatedAt, minutes }: Snapshot): Snapshot['minutes'] {
  const begun = minutes.filter(({ minute }) => Date.parse(minute) <= Date.parse(generatedAt));
  const from = [...new Set(begun.map(({ minute }) => minute))].slice(-LATEST_MINUTES)[0] ?? '';
  return begun.filter(({ minute }) => minute >= from);
}
