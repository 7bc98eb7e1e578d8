import { setTimeout as sleep } from 'node:timers/promises';
import type { Series } from 'infra/promtool';

/** A scraped program: the labels that Prometheus adds, and the URL of its metrics. */
export interface Target {
  readonly job: string;
  readonly instance: string;
  readonly url: string;
}

/** Time between two scrapes, which stands for one minute of the alerts. */
const INTERVAL_MS = 2_000;

/** Samples of all series, one per scrape; undefined if a scrape did not return the series. */
type Samples = Map<string, (string | undefined)[]>;

/** Scrapes targets, so that alerts can be evaluated as if each scrape had been one minute after the other. */
export async function scrapeTargets(targets: readonly Target[], scrapes: number): Promise<Series> {
  const samples: Samples = new Map();
  for (let index = 0; index < scrapes; index++) {
    const [found] = await Promise.all([Promise.all(targets.map(scrapeOne)), sleep(INTERVAL_MS)]);
    for (const [series, value] of found.flat()) {
      const values = samples.get(series) ?? [];
      values[index] = value;
      samples.set(series, values);
    }
  }
  return Object.fromEntries([...samples].map(([series, values]) => [series, toValues(values, scrapes)]));
}

/** The series of a target; only `up` if it does not respond, as in Prometheus. */
async function scrapeOne({ job, instance, url }: Target): Promise<readonly (readonly [string, string])[]> {
  const target = `job="${job}",instance="${instance}"`;
  const text = await fetch(url).then(
    (response) => response.text(),
    () => undefined,
  );
  const series = [...(text ?? '').matchAll(/^((?:pipeline|kafka|messaging)_\w+)(?:\{(.*)\})? (\S+)$/gm)];
  return [
    [`up{${target}}`, text === undefined ? '0' : '1'],
    ...series.map(
      ([, name = '', labels = '', value = '']) =>
        [`${name}{${[target, labels].filter(Boolean).join()}}`, value] as const,
    ),
  ];
}

/** Values in the notation of promtool: `_` before the first one, `stale` where they end. */
function toValues(values: readonly (string | undefined)[], scrapes: number): string {
  const all = Array.from({ length: scrapes }, (_, index) => values[index]);
  return all.map((value, index) => value ?? (all[index - 1] === undefined ? '_' : 'stale')).join(' ');
}
