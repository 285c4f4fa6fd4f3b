/** Changes that the guard left out of the document, in words. */
import type { RefusedRow } from "../../lib/collab/document-session.ts";
import type { RefusedUpdates } from "../../lib/core/protocol.ts";

export type RefusedChange = {
  readonly seq: number;
  readonly why: string;
  /** Null: nobody can say. */
  readonly who: string | null;
  readonly userId: string | null;
  /** Null: the server has not said yet. */
  readonly at: Date | null;
};

const WHY: Record<NonNullable<RefusedRow["reason"]>, string> = {
  too_large: "It was larger than one change may be.",
  undecodable: "Its bytes could not be read.",
  several_clients: "It mixed the changes of several windows.",
  foreign_client: "It was not written by the window that sent it.",
  skip: "It left a hole in what was written.",
  empty_struct: "It held an empty part.",
  clock_gap: "Something that was written before it is missing.",
  clock_repeats: "It repeated something that is there already.",
  unknown_dependency: "It builds on text that is not in the document.",
  subdocument: "It held a document within the document.",
  nested_too_deep: "It held values that are nested too deep.",
  too_many_structs: "It was made of too many parts.",
  too_much_deleted: "It deleted more than one change may.",
  delete_unordered: "Its deletions were out of order.",
  delete_unknown: "It deleted text that is not in the document.",
  unappliable: "It could not be applied to the document.",
};

const hasWords = (reason: string): reason is keyof typeof WHY => Object.hasOwn(WHY, reason);

export const whyRefused = (reason: string | null): string =>
  reason !== null && hasWords(reason) ? WHY[reason] : "It did not follow the rules of the document.";

/** What this page saw and what the server lists, newest first; the server knows more of each. */
export function refusedChanges(seen: readonly RefusedRow[], listed: RefusedUpdates): RefusedChange[] {
  const changes = new Map<number, RefusedChange>();
  for (const { seq, reason, isOwn, author } of seen) {
    if (!isOwn)
      changes.set(seq, {
        seq,
        why: whyRefused(reason),
        who: author?.name ?? null,
        userId: author?.userId ?? null,
        at: null,
      });
  }
  const own = new Set(seen.filter(({ isOwn }) => isOwn).map(({ seq }) => seq));
  for (const { seq, reason, userId, name, at } of listed) {
    if (!own.has(seq))
      changes.set(seq, { seq, why: whyRefused(reason), who: name, userId, at: new Date(at) });
  }
  return [...changes.values()].sort((a, b) => b.seq - a.seq);
}

/** "3 changes by Milo could not be read and were left out. Nothing else is affected." */
export function refusedSentence(changes: readonly RefusedChange[], ownUserId: string): string {
  const nameOf = ({ who, userId }: RefusedChange) => (userId === ownUserId ? "you" : who);
  const names = [...new Set(changes.map(nameOf))];
  const people = names.length > 2 ? `${names.length} people` : names.join(" and ");
  const by = names.includes(null) ? "" : ` by ${people}`;
  const [what, was] = changes.length === 1 ? ["1 change", "was"] : [`${changes.length} changes`, "were"];
  return `${what}${by} could not be read and ${was} left out. Nothing else is affected.`;
}
