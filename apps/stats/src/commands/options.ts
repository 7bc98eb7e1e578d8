import { type Command, currentUser, withSettings } from '@pipeline/program';
import { statsSettings } from '../settings.ts';

/** The flags of every command that changes rows. */
export interface ChangeFlags {
  /** The acting user, for the audit record. */
  readonly by: string;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Adds `--wait`. */
export function withWaitFlag(command: Command): Command {
  return command.option('--wait', 'wait for Postgres instead of failing');
}

/** Adds the settings and `--wait`. */
export function withWait(command: Command): Command {
  return withWaitFlag(withSettings(command, statsSettings));
}

/** Adds the flags of every command that changes rows. */
export function withChangeFlags(command: Command, dryRun: string): Command {
  const by = command.createOption('--by <name>', 'acting user, for the audit record');
  return command
    .addOption(by.default(currentUser(), 'the user of this process'))
    .option('--dry-run', dryRun)
    .option('--yes', 'skip the confirmation')
    .option('--json', 'print a JSON document');
}
