import { databaseSettings } from '@pipeline/db';
import { eventSettings } from '@pipeline/definition';
import { groupSettings, kafkaSettings } from '@pipeline/kafka';
import { httpSettings, loggerSettings, traceSettings } from '@pipeline/program';
import type { Setting, SettingsSchema } from '@pipeline/runtime';
import { consumerSettings } from 'consumer/settings';
import { infraSettings, pageSettings } from 'infra/settings';
import { producerSettings } from 'producer/settings';
import { doctorSettings, proveSettings, serveSettings } from 'stats/settings';

const schemas: Readonly<Record<string, SettingsSchema>> = {
  producer: producerSettings,
  consumer: consumerSettings,
  stats: { ...serveSettings, ...doctorSettings, ...proveSettings },
  infra: { ...eventSettings, ...infraSettings, ...pageSettings },
};

const { METRICS_PORT } = consumerSettings;
const { STATS_PORT } = serveSettings;

/** Settings by heading; a setting appears under the first heading that has it. */
const headings: readonly (readonly [string, SettingsSchema])[] = [
  ['Events', eventSettings],
  ['Kafka', kafkaSettings],
  ['Group and batches', groupSettings],
  ['Postgres', databaseSettings],
  ['HTTP', { ...httpSettings, METRICS_PORT, STATS_PORT }],
  ['Logs', loggerSettings],
  ['Traces', traceSettings],
  ['Consumer', consumerSettings],
  ['Stats page', serveSettings],
];

/** One setting, with the programs that read it. */
export interface KnownSetting {
  readonly name: string;
  readonly setting: Setting<unknown>;
  /** The description; several if the programs differ. */
  readonly about: string;
  readonly programs: readonly string[];
}

export interface SettingsGroup {
  readonly title: string;
  readonly settings: readonly KnownSetting[];
}

/**
 * Every setting of every program, in groups.
 * @throws Error if two programs disagree about a default or about valid values
 */
export function knownSettings(): readonly SettingsGroup[] {
  const seen = new Set<string>();
  return headings.map(([title, schema]) => {
    const names = Object.keys(schema).filter((name) => !seen.has(name));
    for (const name of names) seen.add(name);
    return { title, settings: names.map(describeSetting) };
  });
}

function describeSetting(name: string): KnownSetting {
  const uses = Object.entries(schemas).flatMap(([program, schema]) => {
    const setting = schema[name];
    return setting === undefined ? [] : [{ program, setting }];
  });
  const [first, ...others] = uses;
  if (first === undefined) throw new Error(`no program reads ${name}`);
  for (const { program, setting } of others) requireAgreement(name, first.setting, setting, program);
  const abouts = new Set(uses.map(({ setting }) => setting.about));
  return {
    name,
    setting: first.setting,
    about: [...abouts].join('; '),
    programs: uses.map(({ program }) => program),
  };
}

function requireAgreement(
  name: string,
  one: Setting<unknown>,
  other: Setting<unknown>,
  program: string,
): void {
  if (one.shownDefault === other.shownDefault && one.expected === other.expected) return;
  throw new Error(`${program} disagrees with another program about ${name}`);
}
