import { expect, test } from 'vitest';
import {
  ancestorsOf,
  findParents,
  findProcess,
  isWhole,
  lifeline,
  type RunningProcess,
} from './ancestors.ts';

const chain: readonly RunningProcess[] = [
  { pid: 50, parent: 40, words: ['node', 'guard.ts'] },
  { pid: 40, parent: 30, words: ['/repo/node_modules/.bin/pnpm', 'run', 'dev'] },
  { pid: 30, parent: 20, words: ['node', '/repo/node_modules/turbo/bin/turbo', 'run', 'dev'] },
  { pid: 20, parent: 15, words: ['/usr/local/bin/pnpm', 'turbo', 'run', 'dev'] },
  { pid: 15, parent: 12, words: ['sh', '-c', "'pnpm' turbo run dev"] },
  { pid: 12, parent: 10, words: ['npm exec pnpm@12 turbo run dev'] },
  { pid: 10, parent: 1, words: ['-bash'] },
  { pid: 1, parent: 0, words: ['init'] },
];

test('a process must not outlive what the user started, but may outlive its shell', () => {
  expect(lifeline(chain).map(({ pid }) => pid)).toEqual([50, 40, 30, 20, 15, 12]);
});

test.each([
  ['turbo'],
  ['node', '/x/turbo'],
  ['node', '/x/pnpm.cjs'],
  ['node', '/x/npx-cli.js'],
  ['npm run dev'],
])('%s %s is recognized as a task runner', (...words) => {
  const chain = [50, 40, 30].map((pid) => ({ pid, parent: pid - 10, words: pid === 30 ? words : ['node'] }));
  expect(lifeline(chain)).toHaveLength(3);
});

test('without a task runner above it a process must not outlive its parent', () => {
  const lonely = chain.map((process) => ({ ...process, words: ['node'] }));
  expect(lifeline(lonely).map(({ pid }) => pid)).toEqual([50, 40]);
});

test('a chain is broken once one of its processes has another parent', () => {
  const parents = new Map(chain.map(({ pid, parent }) => [pid, parent]));
  expect(isWhole(lifeline(chain), parents)).toBe(true);
  expect(isWhole(lifeline(chain), new Map([...parents, [40, 1]]))).toBe(false);
});

test('the ancestors of a process begin with itself and its parent', () => {
  const pids = ancestorsOf(process.pid, findProcess).map(({ pid }) => pid);
  expect(pids.slice(0, 2)).toEqual([process.pid, process.ppid]);
  expect(findProcess(2 ** 30)).toBeUndefined();
  expect(findParents([process.pid])).toEqual(new Map([[process.pid, process.ppid]]));
});
