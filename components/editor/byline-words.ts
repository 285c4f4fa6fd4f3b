import { ago } from "../../lib/web/times.ts";

/** `by`: a name, or "you"; null where it is not known. Times in milliseconds; `readAt`: when this was so. */
export type Edited = {
  readonly at: number;
  readonly by: string | null;
  readonly blocks: number;
  readonly readAt: number;
};

/** "Edited by Ana Kovač 2 minutes ago · 184 blocks". */
export function inWords({ at, by, blocks }: Edited, now: Date): string {
  const when = ago(new Date(at), now);
  const edited = by === null ? `Edited ${when}` : `Edited by ${by} ${when}`;
  return blocks === 0
    ? edited
    : `${edited} · ${blocks.toLocaleString("en")} ${blocks === 1 ? "block" : "blocks"}`;
}
