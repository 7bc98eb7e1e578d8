import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import { rootFolder } from '../../settings.ts';

/** `.ci/run` unpacks Debian's package there: to install it would start a server. */
const unpacked = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'kafka-to-postgres/prometheus/usr/bin',
);

const promtool = [...(process.env['PATH'] ?? '').split(delimiter), unpacked]
  .map((folder) => join(folder, 'promtool'))
  .find((path) => existsSync(path));

/** The reason why alerts cannot be evaluated; undefined if they can. */
export const noPromtool =
  promtool === undefined ? 'promtool is not installed; .ci/run unpacks it' : undefined;

/** Series with their labels, such as `up{job="a"}`, and one value a minute in the notation of promtool. */
export type Series = Readonly<Record<string, string>>;

/** The labels of a firing alert, its name among them. */
export type Alert = Readonly<Record<string, string>>;

/** The alerts as they are without the chart. */
const alerts = readFileSync(join(rootFolder, 'infra/chart/monitoring/alerts.yaml'), 'utf8');

/**
 * The alerts that fire after some minutes of these series.
 * @param rules a file of rules
 * @throws Error with the output of promtool if it rejects a rule or a series
 */
export function findFiringAlerts(series: Series, minutes: number, rules = alerts): readonly Alert[] {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  try {
    const file = join(folder, 'test.yaml');
    writeFileSync(file, stringify(toTestFile(series, minutes)));
    writeFileSync(join(folder, RULES), rules);
    const { status, stdout, stderr } = spawnSync(promtool ?? '', ['test', 'rules', file], {
      encoding: 'utf8',
    });
    const output = stdout + stderr;
    if (status !== 0 && !output.includes('got: {')) throw new Error(output);
    return [...output.matchAll(/\{__name__="ALERTS", (.*?)\} 1/g)].map(([, labels = '']) => toAlert(labels));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const MINUTES_OF_DAY = 1_440;

/** Relative to the file of the test. */
const RULES = 'rules.yaml';

/** A test that expects no alert: promtool prints those that it gets. */
function toTestFile(series: Series, minutes: number) {
  const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  const expected = { expr: 'ALERTS{alertstate="firing"}', eval_time: `${minutes}m`, exp_samples: [] };
  return {
    rule_files: [RULES],
    // Rules of days are evaluated less often, which takes less time.
    evaluation_interval: minutes > MINUTES_OF_DAY ? '10m' : '1m',
    tests: [{ interval: '1m', input_series: input, promql_expr_test: [expected] }],
  };
}

function toAlert(labels: string): Alert {
  const pairs = [...labels.matchAll(/(\w+)="(.*?)"/g)].map(([, name = '', value = '']) => [name, value]);
  const { alertstate, severity, ...alert } = Object.fromEntries(pairs);
  return alert;
}
