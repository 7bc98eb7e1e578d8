import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseMachineStat, parseProcessStat, treeCpuMs } from './usage.ts';

const line =
  '4711 (a) b (c)) S 12 4711 4711 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 11 0 12345 67890 123 18446744073709551615';

test('CPU time is user plus system time, including reaped children', () => {
  expect(parseProcessStat(line)).toEqual({ pid: 4711, parent: 12, cpuMs: 1_270 });
});

test.runIf(process.platform === 'linux')('the stat line of a real process is parsed', () => {
  const stat = parseProcessStat(readFileSync('/proc/self/stat', 'utf8'));
  expect(stat).toMatchObject({ pid: process.pid, parent: process.ppid });
});

test('the CPU time of a tree covers all descendants and no other process', () => {
  const stats = [
    { pid: 1, parent: 0, cpuMs: 1 },
    { pid: 2, parent: 1, cpuMs: 10 },
    { pid: 3, parent: 2, cpuMs: 100 },
    { pid: 4, parent: 1, cpuMs: 1_000 },
  ];
  expect(treeCpuMs(2, stats)).toBe(110);
});

test('the CPU time of the machine excludes idle and I/O wait', () => {
  expect(parseMachineStat('cpu  1 2 4 1000 5000 8 16 32 99 99\ncpu0 7 7')).toBe(630);
});
