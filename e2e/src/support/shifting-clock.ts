/**
 * Loaded before a program: with each SIGUSR2 the machine's clock, as the program sees it, is set back by an hour, then
 * ahead by a day, then right. What takes its time from elsewhere, as timers do, does not notice.
 */
const RealDate = Date;
const shifts = [-3_600_000, 86_400_000, 0];
let steps = 0;
let shift = 0;

process.on('SIGUSR2', () => {
  shift = shifts[steps++ % shifts.length] ?? 0;
});

class ShiftedDate extends RealDate {
  constructor(...words: []) {
    super(...(words.length === 0 ? ([ShiftedDate.now()] as unknown as []) : words));
  }

  static override now(): number {
    return RealDate.now() + shift;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
