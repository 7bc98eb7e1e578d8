import type { KnownSetting, SettingsGroup } from './known-settings.ts';
import { renderTable } from './table.ts';

const introduction = `Every setting is an environment variable, a flag (\`KAFKA_BROKERS\` is also \`--kafka-brokers\`; \`--help-settings\`
lists those of a command), and a line of a \`.env\` file, at the root of the repository or in the current folder of an
executable. Precedence: flag, environment, \`.env\` file, default; an empty variable counts as unset. Invalid settings are all listed at once, with exit code 2.

A secret may be read from a file: \`NAME_FILE\` is its path, and trailing line ends are cut. Secrets are never shown.
\`NO_COLOR\` turns colours off. \`PIPELINE_TEST_SERVERS\` selects the servers for tests: \`containers\`, \`local\`, or
\`given\` for those of \`KAFKA_BROKERS\` and \`DATABASE_URL\`. \`PIPELINE_TEST_KAFKA\` and \`PIPELINE_TEST_POSTGRES\`
select other versions of the first two: [support.md](support.md).`;

/** `docs/settings.md`. */
export function renderSettings(groups: readonly SettingsGroup[]): string {
  const sections = groups.map(({ title, settings }) => `## ${title}\n\n${renderGroup(settings)}`);
  return `# Settings\n\n${introduction}\n\n${sections.join('\n\n')}\n`;
}

function renderGroup(settings: readonly KnownSetting[]): string {
  const rows = settings.map(({ name, setting, about, programs }) => [
    setting.secret ? `\`${name}\`<br>\`${name}_FILE\`` : `\`${name}\``,
    setting.fallback === undefined ? setting.shownDefault : `\`${setting.fallback}\``,
    setting.secret ? `${about} (secret)` : about,
    setting.expected,
    programs.join(', '),
  ]);
  return renderTable(['name', 'default', 'meaning', 'expected', 'read by'], rows);
}

/** `.env.example`: every setting, commented out. */
export function renderEnvExample(groups: readonly SettingsGroup[]): string {
  const sections = groups.map(
    ({ title, settings }) => `# ${title}\n\n${settings.map(renderVariable).join('\n\n')}`,
  );
  return `# Copy to .env and uncomment what should differ from the default. See docs/settings.md.\n\n${sections.join('\n\n')}\n`;
}

function renderVariable({ name, setting, about }: KnownSetting): string {
  const shownDefault = setting.fallback === undefined ? `, default: ${setting.shownDefault}` : '';
  const variable = `# ${about} (${setting.expected}${shownDefault})\n#${name}=${setting.fallback ?? ''}`;
  return setting.secret ? `${variable}\n#${name}_FILE=` : variable;
}
