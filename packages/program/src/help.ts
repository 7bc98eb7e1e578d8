import { type Command, CommanderError, Help, type HelpConfiguration, Option } from 'commander';

/** The heading under which settings are listed. */
export const SETTINGS_GROUP = 'Settings:';

const SETTINGS_FLAG = '--help-settings';
const DEFAULT_WIDTH = 80;

/**
 * `--help` leaves settings out: they are the same for most commands, and would bury the command's own
 * options. They remain visible to commander, which suggests them for a misspelt flag.
 */
export const helpWithoutSettings: HelpConfiguration = {
  groupItems<Item extends Command | Option>(all: Item[], visible: Item[], groupOf: (item: Item) => string) {
    const groups = new Help().groupItems(all, visible, groupOf);
    groups.delete(SETTINGS_GROUP);
    return groups;
  },
  longestOptionTermLength(command, help) {
    const own = help.visibleOptions(command).filter((option) => !isSetting(option));
    return Math.max(0, ...own.map((option) => help.optionTerm(option).length));
  },
};

/**
 * Adds the flag `--help-settings`, which lists the settings of a command and exits. The help ends with a hint
 * at it.
 */
export function addSettingsHelp(command: Command): void {
  command.addOption(new Option(SETTINGS_FLAG).hideHelp());
  command.addHelpText('after', `\nSettings, as flags or environment variables: ${SETTINGS_FLAG}`);
  command.on('option:help-settings', () => {
    process.stdout.write(renderSettings(command));
    throw new CommanderError(0, 'commander.help', '(outputHelp)');
  });
}

function renderSettings(command: Command): string {
  const help = command.createHelp();
  help.prepareContext({ helpWidth: process.stdout.columns ?? DEFAULT_WIDTH });
  const settings = command.options.filter(isSetting);
  const width = Math.max(0, ...settings.map((option) => help.optionTerm(option).length));
  const items = settings.map((option) =>
    help.formatItem(help.optionTerm(option), width, help.optionDescription(option), help),
  );
  return `Usage: ${help.commandUsage(command)}\n\n${SETTINGS_GROUP}\n${items.join('\n')}\n`;
}

function isSetting(option: Option): boolean {
  return option.helpGroupHeading === SETTINGS_GROUP;
}
