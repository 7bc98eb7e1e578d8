import { html, raw } from 'hono/html';
import { judge } from './judge.ts';
import type { Snapshot } from './snapshot.ts';
import { renderSnapshot } from './table.ts';

/** The page: the same numbers as on a terminal. Everything from events is escaped; nothing on it runs. */
export function renderPage(snapshot: Snapshot) {
  const { word, why } = judge(snapshot);
  return renderDocument(
    word,
    html`<p>${why}</p>
        <pre tabindex="0">${renderSnapshot(snapshot)}</pre>
        <p><small>${snapshot.generatedAt}, every 5 s · <a href="/api/stats">JSON</a></small></p>`,
  );
}

/** The page when Postgres cannot be read. */
export function renderProblem(problem: string) {
  return renderDocument('down', html`<p>${problem}</p>`);
}

function renderDocument(word: string, body: ReturnType<typeof html>) {
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
        ${body}
      </body>
    </html>`;
}

export const style = raw(`:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
pre { overflow-x: auto; font: 14px/1.5 ui-monospace, monospace }`);
