/**
 * Preloaded into a program: each SIGUSR2 shifts its `Date` back an hour, then ahead a day, then to the
 * correct time. Timers and other monotonic clocks are unaffected.
 */
const RealDate = Date;
const shifts = [-3_600_000, 86_400_000, 0];
let steps = 0;
let shift = 0;

process.on('SIGUSR2', () => {
  shift = shifts[steps++ % shifts.length] ?? 0;
});

class ShiftedDate extends RealDate {
  constructor(...args: []) {
    super(...(args.length === 0 ? ([ShiftedDate.now()] as unknown as []) : args));
  }

  static override now(): number {
    return RealDate.now() + shift;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
