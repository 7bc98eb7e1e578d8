import { sumLag } from '@pipeline/kafka';
import { html, raw } from 'hono/html';
import type { Snapshot } from './snapshot.ts';
import { renderSnapshot } from './table.ts';

/** How the pipeline is, in a word, and why. */
export function judge({ partitions, totals, kafkaProblem }: Snapshot): {
  readonly word: string;
  readonly why: string;
} {
  const lag = sumLag(partitions.map((partition) => partition.lag));
  if (kafkaProblem !== undefined) return { word: 'unknown', why: `Kafka does not answer: ${kafkaProblem}` };
  if (totals.freshnessSeconds === null)
    return { word: 'empty', why: 'nothing stored yet: pnpm --filter producer start' };
  if (lag.known > 0n) return { word: 'behind', why: `${lag.known} records to read` };
  if (totals.openDeadLetters > 0n)
    return { word: 'up to date', why: `${totals.openDeadLetters} open dead letters` };
  return { word: 'up to date', why: 'everything is stored' };
}

/** The page: the same numbers as on a terminal. Everything from events is escaped; nothing on it runs. */
export function renderPage(snapshot: Snapshot) {
  const { word, why } = judge(snapshot);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="5" />
        <title>${word} · Kafka to Postgres</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <h1>${word}</h1>
        <p>${why}</p>
        <pre tabindex="0">${renderSnapshot(snapshot)}</pre>
        <p><small>${snapshot.generatedAt}, every 5 s · <a href="/api/stats">JSON</a></small></p>
      </body>
    </html>`;
}

/** The page when Postgres does not answer. */
export function renderProblem(problem: string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="refresh" content="5" />
        <title>down · Kafka to Postgres</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <h1>Postgres does not answer</h1>
        <p>${problem}</p>
      </body>
    </html>`;
}

export const style = raw(`:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
pre { overflow-x: auto; font: 14px/1.5 ui-monospace, monospace }`);
