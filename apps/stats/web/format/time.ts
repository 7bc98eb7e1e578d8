const KEY = 'time-zone';

/** Whether times are shown in the browser's zone; false (UTC) until the user chooses. */
function isLocal(): boolean {
  try {
    return localStorage.getItem(KEY) === 'local';
  } catch {
    return false;
  }
}

const usesLocalTime = isLocal();

/** The zone of all times on the page, for labels. */
export const zoneName = usesLocalTime ? 'local' : 'UTC';

/** Switches between UTC and local time and reloads the page, so that every time is formatted again. */
export function toggleZone(): void {
  try {
    localStorage.setItem(KEY, usesLocalTime ? 'utc' : 'local');
  } catch {
    // Without storage the page stays in UTC.
  }
  location.reload();
}

/** A time as `YYYY-MM-DD HH:MM:SS.mmm` in the zone of the page. */
export function inZone(time: string): string {
  const date = new Date(time);
  const isShifted = usesLocalTime && !Number.isNaN(date.getTime());
  return (isShifted ? toLocalIso(date) : time).replace('T', ' ').replace(/Z$/, '');
}

/** A time to the second, in the zone of the page. */
export const formatTime = (time: string) => inZone(time).slice(0, 19);

/** The time of day of a Unix time in seconds: `HH:MM:SS`, in the zone of the page. */
export const formatClock = (second: number) => inZone(new Date(second * 1_000).toISOString()).slice(11, 19);

/** The date for uPlot, which reads its local fields. */
export function toPlotDate(second: number): Date {
  const date = new Date(second * 1_000);
  return usesLocalTime ? date : new Date(date.getTime() + date.getTimezoneOffset() * 60_000);
}

/** A value for a `datetime-local` field; empty if the time is invalid. A time without a zone is UTC. */
export function toField(time: string): string {
  const hasZone = /(Z|[+-]\d\d:\d\d)$/i.test(time);
  const date = new Date(hasZone || !time.includes(':') ? time : `${time}Z`);
  if (Number.isNaN(date.getTime())) return '';
  return (usesLocalTime ? toLocalIso(date) : date.toISOString()).slice(0, 19);
}

/** A field's value as the API reads it: UTC. */
export function fromField(value: string): string {
  return usesLocalTime && value !== '' ? new Date(value).toISOString() : value;
}

function toLocalIso(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString();
}
