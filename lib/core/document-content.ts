/**
 * What a shared document says, whatever roots it has and in whatever way its replica came by it: the same text for two
 * documents means that no reader can tell them apart. Unlike the bytes of a state it depends neither on the order in
 * which updates came, nor on what was deleted, nor on marks that mark nothing.
 */
import * as Y from "yjs";
import { isEqualJson, type Json } from "./block-tree.ts";

type Marks = Readonly<Record<string, Json>>;
/** Text, or one thing among the text, with its marks. */
type Run = [what: unknown, marks: Marks];
type SharedType = Pick<Y.AbstractType<unknown>, "_map" | "_start">;

export function contentOf(doc: Y.Doc): string {
  const roots = [...doc.share].map(([name, type]) => [name, readType(type)] as const);
  // A root that somebody merely asked for is in no update.
  return JSON.stringify(sorted(roots.filter(([, { runs, entries }]) => runs.length + entries.length > 0)));
}

function readType(type: SharedType) {
  const entries: [string, unknown][] = [];
  for (const [key, item] of type._map) if (!item.deleted) entries.push([key, readContent(item.content)]);
  return { runs: readRuns(type), entries: sorted(entries) };
}

function readRuns(type: SharedType): Run[] {
  const runs: Run[] = [];
  let marks: Marks = {};
  for (let item = type._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    const { content } = item;
    if (content instanceof Y.ContentFormat) marks = withMark(marks, content);
    else addRun(runs, readContent(content), marks);
  }
  return runs;
}

function addRun(runs: Run[], what: unknown, marks: Marks): void {
  const last = runs.at(-1);
  if (
    last !== undefined &&
    typeof last[0] === "string" &&
    typeof what === "string" &&
    isEqualJson(last[1], marks)
  )
    last[0] += what;
  else runs.push([what, marks]);
}

function withMark(marks: Marks, { key, value }: Y.ContentFormat): Marks {
  const others = Object.entries(marks).filter(([name]) => name !== key);
  if (value !== null) others.push([key, value as unknown as Json]);
  return Object.fromEntries(sorted(others));
}

function readContent(content: Y.Item["content"]): unknown {
  if (content instanceof Y.ContentString) return content.str;
  if (content instanceof Y.ContentType) return readType(content.type);
  return content.getContent().map((value: unknown) => canonical(value as Json));
}

/** The order in which a record happens to hold its keys says nothing. */
function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  return Object.fromEntries(sorted(Object.entries(value)).map(([key, inner]) => [key, canonical(inner)]));
}

function sorted<T extends readonly [string, unknown]>(entries: readonly T[]): T[] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}
