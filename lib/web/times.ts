/** Times in words that are the same in every time zone for a day, and then the date. */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const words = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const date = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

export function ago(time: Date, now = new Date()): string {
  const past = now.getTime() - time.getTime();
  if (past < MINUTE_MS) return "just now";
  if (past < HOUR_MS) return words.format(-Math.floor(past / MINUTE_MS), "minute");
  if (past < DAY_MS) return words.format(-Math.floor(past / HOUR_MS), "hour");
  if (past < 7 * DAY_MS) return words.format(-Math.floor(past / DAY_MS), "day");
  return day(time);
}

export function ahead(time: Date, now = new Date()): string {
  const left = time.getTime() - now.getTime();
  if (left < HOUR_MS) return "within the hour";
  if (left < 2 * DAY_MS) return words.format(Math.floor(left / HOUR_MS), "hour");
  return words.format(Math.round(left / DAY_MS), "day");
}

/** How long the trash keeps something; what is over is deleted within the hour (private.purge_trash). */
export const TRASH_DAYS = 30;

/** When something that came into the trash at this time is deleted forever. */
export function endInTrash(time: Date, now = new Date()): string {
  const left = Math.ceil((time.getTime() - now.getTime()) / DAY_MS) + TRASH_DAYS;
  return left < 1 ? "within the hour" : words.format(left, "day");
}

export function day(time: Date): string {
  return date.format(time);
}
