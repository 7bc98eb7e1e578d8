import { expect, test } from 'vitest';
import { ancestorsOf, findProcess, isWhole, lifeline, type RunningProcess } from './ancestors.ts';

const chain: readonly RunningProcess[] = [
  { pid: 50, parent: 40, words: ['node', 'guard.ts'] },
  { pid: 40, parent: 30, words: ['/repo/node_modules/.bin/pnpm', 'run', 'dev'] },
  { pid: 30, parent: 20, words: ['node', '/repo/node_modules/turbo/bin/turbo', 'run', 'dev'] },
  { pid: 20, parent: 1, words: ['-bash'] },
  { pid: 1, parent: 0, words: ['init'] },
];
const find = (pid: number) => chain.find((process) => process.pid === pid);

test('a process shares the life of what the user started, not of the shell above it', () => {
  expect(lifeline(chain).map(({ pid }) => pid)).toEqual([50, 40, 30]);
});

test('without a task runner above it a process shares the life of its parent', () => {
  const lonely = chain.map((process) => ({ ...process, words: ['node'] }));
  expect(lifeline(lonely).map(({ pid }) => pid)).toEqual([50, 40]);
});

test('a chain is broken as soon as one process of it has another parent', () => {
  const orphaned = (pid: number) => (pid === 40 ? { pid, parent: 1, words: [] } : find(pid));
  expect(isWhole(lifeline(chain), find)).toBe(true);
  expect(isWhole(lifeline(chain), orphaned)).toBe(false);
});

test('the ancestors of this process begin with it and its parent', () => {
  const pids = ancestorsOf(process.pid, findProcess).map(({ pid }) => pid);
  expect(pids.slice(0, 2)).toEqual([process.pid, process.ppid]);
  expect(findProcess(2 ** 30)).toBeUndefined();
});
