/**
 * When a job is due, as pg_cron has it: minutes in GMT, and what to do when the clock jumps. `cron._parse`
 * (pg-cron/) turns the text of a schedule into these numbers.
 */

export interface Fields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly monthDays: readonly number[];
  readonly months: readonly number[];
  readonly weekDays: readonly number[];
  /** `$`: the last day of the month. */
  readonly lastDay: boolean;
  /** Day of month and day of week must both fit; else one of them is enough. */
  readonly bothDays: boolean;
  /** Minute or hour is open: it names no fixed time. */
  readonly wild: boolean;
}

export type Schedule = { readonly seconds: number } | { readonly reboot: true } | Fields;

const MINUTE = 60_000;
const A_FEW = 5;
const A_LOT = 180;

export const minuteOf = (time: number) => Math.floor(time / MINUTE);

/** Whether the minute (counted from 1970) is one of the schedule's. */
export function includes(fields: Fields, minute: number): boolean {
  const time = new Date(minute * MINUTE);
  const isLastDay = new Date((minute + 24 * 60) * MINUTE).getUTCDate() === 1;
  const fitsMonthDay = fields.lastDay ? isLastDay : fields.monthDays.includes(time.getUTCDate());
  const fitsWeekDay = fields.weekDays.includes(time.getUTCDay());
  return (
    fields.minutes.includes(time.getUTCMinutes()) &&
    fields.hours.includes(time.getUTCHours()) &&
    fields.months.includes(time.getUTCMonth() + 1) &&
    (fields.bothDays ? fitsMonthDay && fitsWeekDay : fitsMonthDay || fitsWeekDay)
  );
}

/**
 * How often the schedule came up in the minutes after `last` up to `now`. After a gap of more than five minutes
 * (a laptop that slept) only fixed times are caught up on, and an open one runs once; after more than three hours
 * nothing is caught up on. When the clock went back, fixed times do not run a second time.
 */
export function countDue(fields: Fields, last: number, now: number): number {
  const passed = now - last;
  const current = includes(fields, now) ? 1 : 0;
  if (passed === 0) return 0;
  if (passed > A_LOT || passed <= -A_LOT) return current;
  if (passed < 0 || (passed > A_FEW && fields.wild)) return fields.wild ? current : 0;
  let count = 0;
  for (let minute = last + 1; minute <= now; minute += 1) if (includes(fields, minute)) count += 1;
  return count;
}

/** The minute to count from next time: a clock that went back a little is waited for. */
export function nextLast(last: number, now: number): number {
  const passed = now - last;
  return passed < 0 && passed > -A_LOT ? last : now;
}
