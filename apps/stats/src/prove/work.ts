import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@pipeline/runtime';

/** The folder of a proof in progress: its last checkpoint, and what belongs to it. */
export interface WorkFolder extends Disposable {
  readonly path: string;
  /** The last checkpoint; undefined if there is none. */
  readonly load: () => unknown;
  /** Replaces the checkpoint. */
  readonly save: (checkpoint: object) => void;
  /** Deletes the checkpoint, so that the proof begins again. */
  readonly forget: () => void;
  /** Deletes the folder. */
  readonly remove: () => void;
}

/**
 * Opens the folder of a proof; one with the same parameters continues where it was interrupted.
 * @param parent defaults to a folder for temporary files
 * @param parameters what is proven
 * @throws UserError if another process works in it
 */
export function openWork(parent: string = tmpdir(), parameters: unknown): WorkFolder {
  const name = createHash('sha256').update(JSON.stringify(parameters)).digest('hex').slice(0, 12);
  const path = join(parent, `stats-prove-${name}`);
  const [checkpoint, owner] = [join(path, 'checkpoint.json'), join(path, 'pid')];
  mkdirSync(path, { recursive: true, mode: 0o700 });
  requireFree(owner, path);
  writeFileSync(owner, String(process.pid));
  return {
    path,
    load: () => {
      const text = readIfPresent(checkpoint);
      return text === undefined ? undefined : JSON.parse(text, revive);
    },
    save: (state) => {
      writeFileSync(`${checkpoint}.new`, JSON.stringify(state, replace));
      renameSync(`${checkpoint}.new`, checkpoint);
    },
    forget: () => rmSync(checkpoint, { force: true }),
    remove: () => rmSync(path, { recursive: true, force: true }),
    [Symbol.dispose]: () => rmSync(owner, { force: true }),
  };
}

function requireFree(owner: string, path: string): void {
  const pid = Number(readIfPresent(owner) ?? 0);
  if (pid === 0 || pid === process.pid || !isRunning(pid)) return;
  throw new UserError(`process ${pid} proves the same in ${path}`, 'wait for it, or name another --work-dir');
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** JSON has no bigint. Names of topics have no `#`. */
function replace(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `#${value}` : value;
}

function revive(_name: string, value: unknown): unknown {
  return typeof value === 'string' && /^#-?\d+$/.test(value) ? BigInt(value.slice(1)) : value;
}
