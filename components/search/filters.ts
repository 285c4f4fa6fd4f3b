/** What a search is narrowed to. Null: not at all. */
import type { DocumentHit } from "./search-answers.ts";

export type Filters = {
  /** A document: it and everything inside it. */
  readonly within: string | null;
  /** Documents that this person made or wrote in. */
  readonly person: string | null;
  readonly kind: Kind | null;
  readonly since: Since | null;
};

export const NO_FILTERS: Filters = { within: null, person: null, kind: null, since: null };

/** Block types by what people call them. */
export const KINDS = {
  headings: { label: "Headings", types: ["heading1", "heading2", "heading3"] },
  text: { label: "Text", types: ["paragraph", "quote", "callout", "toggle"] },
  lists: { label: "Lists", types: ["bullet", "number"] },
  tasks: { label: "Tasks", types: ["task"] },
  tables: { label: "Tables", types: ["table", "tableRow", "tableCell"] },
  code: { label: "Code and formulas", types: ["code", "math"] },
  files: { label: "Pictures and files", types: ["image", "file", "embed"] },
} as const;
export type Kind = keyof typeof KINDS;

const DAY_MS = 24 * 3_600_000;
export const SINCES = {
  day: { label: "Past day", ms: DAY_MS },
  week: { label: "Past week", ms: 7 * DAY_MS },
  month: { label: "Past month", ms: 30 * DAY_MS },
  year: { label: "Past year", ms: 365 * DAY_MS },
} as const;
export type Since = keyof typeof SINCES;

export const isKind = (value: string): value is Kind => Object.hasOwn(KINDS, value);
export const isSince = (value: string): value is Since => Object.hasOwn(SINCES, value);

export function isNarrowed(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== null);
}

export function afterOf({ since }: Filters, now: number): string | null {
  return since === null ? null : new Date(now - SINCES[since].ms).toISOString();
}

/** Documents are found by their titles alone: where a person or a kind of block is asked for, none is an answer. */
export function narrowDocuments(
  documents: readonly DocumentHit[],
  filters: Filters,
  now: number,
): DocumentHit[] {
  const { within, person, kind } = filters;
  if (person !== null || kind !== null) return [];
  const after = afterOf(filters, now);
  return documents.filter(
    ({ documentId, path, updatedAt }) =>
      (within === null || documentId === within || path.some(({ id }) => id === within)) &&
      (after === null || (updatedAt !== null && Date.parse(updatedAt) >= Date.parse(after))),
  );
}
