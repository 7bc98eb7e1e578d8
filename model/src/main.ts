import { explorePlan, plans } from './model/explorations.ts';

/** `pnpm --filter model explore`: explores the model and prints what it found; exits with 1 if a promise is broken. */
let total = 0;
for (const plan of plans) {
  const startedAt = performance.now();
  const { states, steps, violation } = await explorePlan(plan);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const faults = Object.entries(plan.faults).map(([name, count]) => `${count} ${name}`);
  const offsets = plan.offsets === undefined ? '' : ` of ${plan.offsets} offsets`;
  console.log(
    `${states} states, ${steps} steps, ${seconds} s: ${faults.join(', ')}; ${plan.partitions.length} partitions${offsets}`,
  );
  total += states;
  if (violation === undefined) continue;
  console.log([violation.what, ...violation.trace].join('\n  '));
  process.exitCode = 1;
}
console.log(`${total} states`);
