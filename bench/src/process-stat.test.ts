import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseMachineStat, parseProcessStat, treeCpuMs } from './process-stat.ts';

const line =
  '4711 (a) b (c)) S 12 4711 4711 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 11 0 12345 67890 123 18446744073709551615';

test('CPU is the sum of user and system time, own and of ended children', () => {
  expect(parseProcessStat(line)).toEqual({ pid: 4711, parent: 12, cpuMs: 1_270 });
});

test.runIf(process.platform === 'linux')('a real process is read as such', () => {
  const stat = parseProcessStat(readFileSync('/proc/self/stat', 'utf8'));
  expect(stat).toMatchObject({ pid: process.pid, parent: process.ppid });
});

test("a tree's CPU is that of all descendants, and of nobody else", () => {
  const stats = [
    { pid: 1, parent: 0, cpuMs: 1 },
    { pid: 2, parent: 1, cpuMs: 10 },
    { pid: 3, parent: 2, cpuMs: 100 },
    { pid: 4, parent: 1, cpuMs: 1_000 },
  ];
  expect(treeCpuMs(2, stats)).toBe(110);
});

test("the machine's CPU leaves out idle time and waiting for disks", () => {
  expect(parseMachineStat('cpu  1 2 4 1000 5000 8 16 32 99 99\ncpu0 7 7')).toBe(630);
});
