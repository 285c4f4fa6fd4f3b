/** What stands between a person's words and the log, decided from refusals and from the rights last heard. */
import type { AppError } from "../core/errors.ts";
import type { Pull } from "../core/protocol.ts";
import type { NotSavedReason } from "./save-state.ts";

/** Rights and state of the document, as of the last answer. */
export type LogAccess = Omit<Pull, "snapshot" | "updates" | "more" | "people" | "quarantined" | "headSeq">;

export function accessOf(pull: Pull): LogAccess {
  const { snapshot, updates, more, people, quarantined, headSeq, ...access } = pull;
  return access;
}

export type Block = { readonly reason: NotSavedReason; readonly since: number };

/** For a refused append. */
export function reasonOfRefusal(error: AppError): NotSavedReason {
  if (error.reason === "trashed") return "trashed";
  if (error.reason === "newer_version") return "newer-version";
  if (error.reason === "document_full") return "full";
  if (error.code === "too_large") return "too-large";
  if (error.code === "not_found") return "no-access";
  return error.reason === "forbidden" ? "read-only" : "refused";
}

/** A refusal that the rights contradict is tried again, but not in a circle. */
const SECOND_CHANCE_MS = 1_000;

export type PullFacts = {
  readonly access: LogAccess;
  readonly former: LogAccess | null;
  /** All sums were right. */
  readonly intact: boolean;
  /** The newest version of documents that this program writes. */
  readonly schemaVersion: number;
  readonly now: number;
};

/** Reasons that end with the rights that caused them; whoever was removed may be let in again before the next pull. */
const OF_RIGHTS: ReadonlySet<NotSavedReason> = new Set(["read-only", "trashed", "no-access"]);

/** After a pull. What was refused for good stays; what the rights explain goes when the rights come back. */
export function nextBlock(before: Block | null, facts: PullFacts): Block | null {
  const { former, now } = facts;
  const reason = reasonOfAccess(facts);
  if (reason !== null) return before?.reason === reason ? before : { reason, since: now };
  if (before === null || before.reason === "corrupt" || before.reason === "newer-version") return null;
  if (!OF_RIGHTS.has(before.reason)) return before;
  const cameBack = former !== null && !former.canWrite;
  return cameBack || now - before.since >= SECOND_CHANCE_MS ? null : before;
}

/** The rights are there, and still something of them stands in the way: worth asking again soon. */
export function isContradicted(block: Block | null, access: LogAccess | null): boolean {
  const isOfRights = block !== null && OF_RIGHTS.has(block.reason);
  return isOfRights && access?.canWrite === true && !access.trashed;
}

/** Whether an answer holds every row behind `after`, or behind its snapshot: a log has no gaps. */
export function isGapless({ snapshot, updates, more, headSeq }: Pull, after: number): boolean {
  let last = Math.max(after, snapshot?.uptoSeq ?? 0);
  for (const { seq } of updates) if (seq !== ++last) return false;
  return more || last >= headSeq;
}

function reasonOfAccess({ access, intact, schemaVersion }: PullFacts): NotSavedReason | null {
  if (!intact) return "corrupt";
  if (access.schemaVersion > schemaVersion) return "newer-version";
  if (access.trashed) return "trashed";
  return access.canWrite ? null : "read-only";
}
