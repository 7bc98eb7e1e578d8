import { expect, test } from 'vitest';
import { findProblems } from './advisories.ts';

const advisory = {
  github_advisory_id: 'GHSA-aaaa-bbbb-cccc',
  module_name: 'left-pad',
  severity: 'high',
  title: 'pads on the right',
  vulnerable_versions: '<2.0.0',
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
};
const waiver = {
  advisory: advisory.github_advisory_id,
  until: '2027-01-31',
  because: 'nothing here is padded',
};

test('an unwaived advisory is a problem', () => {
  expect(findProblems([advisory], [], '2027-01-01')).toEqual([
    expect.stringMatching(/^GHSA-aaaa-bbbb-cccc: high, left-pad <2\.0\.0: pads on the right/),
  ]);
});

test('a waiver is valid until the end of its last day', () => {
  expect(findProblems([advisory], [waiver], '2027-01-31')).toEqual([]);
  expect(findProblems([advisory], [waiver], '2027-02-01')).toEqual([
    expect.stringContaining('left-pad'),
    'GHSA-aaaa-bbbb-cccc: its waiver has expired',
  ]);
});

test('a waiver that matches no advisory is a problem', () => {
  expect(findProblems([], [waiver], '2027-01-01')).toEqual([
    'GHSA-aaaa-bbbb-cccc: its waiver matches no advisory',
  ]);
});
