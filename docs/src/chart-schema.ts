import type { KnownSetting, SettingsGroup } from './known-settings.ts';

/** Settings that the chart sets itself, because its probes, ports and pods depend on them. */
const ownedByChart = ['HTTP_HOST', 'METRICS_PORT', 'STATS_PORT', 'KAFKA_GROUP_INSTANCE_ID'];

/** `infra/chart/values.schema.json` with the present settings. @param current the file as it is */
export function renderChartSchema(current: string, groups: readonly SettingsGroup[]): string {
  const schema = JSON.parse(current);
  const known = groups.flatMap(({ settings }) => settings);
  const allowed = known.filter(({ name }) => !ownedByChart.includes(name));
  schema.definitions.settings = {
    description: 'Environment variables: docs/settings.md',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(allowed.map(toProperty)),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** A secret may only be the path of a file, so that no release contains a password. */
function toProperty({ name, setting, about }: KnownSetting): readonly [string, object] {
  if (setting.secret) return [`${name}_FILE`, { description: `${about}: path of a file`, type: textOrNull }];
  return [name, { description: about, ...toType(setting.expected) }];
}

/** Null removes a setting of another file of values. */
const textOrNull = ['string', 'null'];

/** The JSON Schema of a value, from what the setting expects. */
function toType(expected: string): object {
  const [, whole, minimum, maximum] = /^a (whole )?number from (\S+) to (\S+)$/.exec(expected) ?? [];
  if (minimum !== undefined)
    return {
      type: [whole ? 'integer' : 'number', 'null'],
      minimum: Number(minimum),
      maximum: Number(maximum),
    };
  if (expected === 'true or false' || expected === 'one of true, false')
    return { enum: [true, false, 'true', 'false', null] };
  const [, options] = /^one of (.+)$/.exec(expected) ?? [];
  return options === undefined ? { type: textOrNull } : { enum: [...options.split(', '), null] };
}
