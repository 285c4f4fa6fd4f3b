/**
 * Mentions: a document or a person named in a text. Each is one inline object (strand.ts), one character wide: whatever
 * others type, split, delete or undo beside it, it is whole or gone, and a version that does not know it carries it.
 *
 *   { mention: { kind: "document", id, workspace, label } }
 *   { mention: { kind: "person", id, label } }
 *
 * Readers see the name of now, as far as they may know it; `label` is the name when it was written, and stands where
 * there is no other. Values come from other people's bytes: `readMention` is the one door, and nothing throws.
 */
import type { Json, Marks, TextRun } from "./block-tree.ts";
import { EMBED_MARK, isObjectRun, OBJECT_CHARACTER } from "./strand.ts";

/** Ids are hyphened uuids in small letters; labels are one line without blanks at their ends. */
export type Mention =
  | { readonly kind: "document"; readonly id: string; readonly workspace: string; readonly label: string }
  | { readonly kind: "person"; readonly id: string; readonly label: string };

/** UTF-16 units, as a title's. */
const LONGEST_LABEL = 500;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const DOCUMENT_PATH = /^\/w\/([\da-f-]{36})\/d\/([\da-f-]{36})$/;
const PERSON_PLACE = /^#person-([\da-f-]{36})$/;

const isUuid = (value: unknown): value is string => typeof value === "string" && UUID.test(value);

/** What is no line of text (controls, halves of characters, what stands for an object) is left out. */
function cleanLabel(value: unknown): string {
  if (typeof value !== "string") return "";
  return value
    .slice(0, LONGEST_LABEL)
    .replace(/[\p{Cs}\ufffc]/gu, "")
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
}

/** Of an inline object's value; null when it is no mention. */
export function readMention(value: unknown): Mention | null {
  if (typeof value !== "object" || value === null || !("mention" in value)) return null;
  const { mention } = value;
  if (typeof mention !== "object" || mention === null) return null;
  const { kind, id, workspace, label } = mention as Record<string, unknown>;
  if (!isUuid(id)) return null;
  if (kind === "person") return { kind, id, label: cleanLabel(label) };
  return kind === "document" && isUuid(workspace) ? { kind, id, workspace, label: cleanLabel(label) } : null;
}

export const mentionValue = (mention: Mention): Json => ({ mention: { ...mention } });

/** The mention that a run is, if it is one. */
export const mentionOf = (run: TextRun): Mention | null =>
  isObjectRun(run) ? readMention(run.marks[EMBED_MARK]) : null;

export const mentionRun = (mention: Mention, marks: Marks = {}): TextRun => ({
  text: OBJECT_CHARACTER,
  marks: { ...marks, [EMBED_MARK]: mentionValue(mention) },
});

/** A document's path; of a person, who has no page, a place that leads nowhere. */
export const mentionHref = (mention: Mention): string =>
  mention.kind === "document" ? `/w/${mention.workspace}/d/${mention.id}` : `#person-${mention.id}`;

/** The mention that an address stands for, as `mentionHref` writes it. */
export function mentionAt(href: string, label: string): Mention | null {
  const [, workspace, id] = DOCUMENT_PATH.exec(href) ?? [];
  if (isUuid(workspace) && isUuid(id)) return { kind: "document", id, workspace, label: cleanLabel(label) };
  const [, person] = PERSON_PLACE.exec(href) ?? [];
  return isUuid(person) ? { kind: "person", id: person, label: cleanLabel(label) } : null;
}

/** @param name what it is called now; documents without a title have a name, too. */
export function mentionWords(mention: Mention, name: string = mention.label): string {
  return mention.kind === "person" ? `@${name.trim() || "Someone"}` : name.trim() || "Untitled";
}

/** The characters of the runs, with each mention in its words. */
export function wordsOf(runs: readonly TextRun[]): string {
  return runs
    .map((run) => {
      const mention = mentionOf(run);
      return mention ? mentionWords(mention).repeat(run.text.length) : run.text;
    })
    .join("");
}
