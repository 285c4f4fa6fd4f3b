/** What a browser may tell of a page: numbers within bounds, and nothing else. */
import * as z from "zod";
import { appends, countEvent, EVENTS, shifts, vitals } from "../ops/instruments.ts";

export const LONGEST_BODY = 4_096;

/** Milliseconds, up to a minute. */
const Duration = z.number().min(0).max(60_000);
const Times = z.number().int().min(1).max(50);

export const VitalsReport = z.strictObject({
  page: z.enum(["document", "workspace", "door"]),
  vitals: z
    .array(
      z.union([
        z.strictObject({ name: z.enum(["LCP", "INP", "FCP", "TTFB"]), value: Duration }),
        z.strictObject({ name: z.literal("CLS"), value: z.number().min(0).max(100) }),
      ]),
    )
    .max(20),
  appends: z.array(Duration).max(100),
  /** Signing up and sharing are counted by the server, which does them. */
  events: z.strictObject({
    create: Times.optional(),
    export: Times.optional(),
    save_failure: Times.optional(),
  }),
});
export type VitalsReport = z.infer<typeof VitalsReport>;

export function count({ page, vitals: measured, appends: took, events }: VitalsReport): void {
  for (const { name, value } of measured) {
    if (name === "CLS") shifts.observe({ page }, value);
    else vitals.observe({ name, page }, value / 1000);
  }
  for (const value of took) appends.observe({}, value / 1000);
  for (const event of EVENTS) {
    const times = event in events ? events[event as keyof typeof events] : undefined;
    if (times !== undefined) countEvent(event, times);
  }
}

/** The text of a body, or null when it is longer than `most` bytes: then the rest is not read. */
export async function readBody(request: Request, most = LONGEST_BODY): Promise<string | null> {
  if (Number(request.headers.get("content-length") ?? 0) > most) return null;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.byteLength;
    if (length > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
