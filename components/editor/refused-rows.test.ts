import { expect, test } from "vitest";
import type { RefusedRow } from "../../lib/collab/document-session.ts";
import { refusedChanges, refusedSentence, whyRefused } from "./refused-rows.ts";

const milo = { userId: "m", name: "Milo" };
const row = (seq: number, more: Partial<RefusedRow> = {}): RefusedRow => ({
  seq,
  reason: "clock_gap",
  sessionId: null,
  isOwn: false,
  author: milo,
  ...more,
});
const listed = (seq: number, name = "Milo", userId: string | null = "m") => ({
  seq,
  reason: "undecodable",
  userId,
  name,
  at: "2026-11-26T10:00:00Z",
});

test("the server's word replaces what the page saw, newest first, and own rows are not among them", () => {
  const changes = refusedChanges(
    [row(2), row(5), row(7, { isOwn: true })],
    [listed(5), listed(3), listed(7)],
  );
  expect(changes.map(({ seq, why, at }) => [seq, why, at?.toISOString()])).toEqual([
    [5, "Its bytes could not be read.", "2026-11-26T10:00:00.000Z"],
    [3, "Its bytes could not be read.", "2026-11-26T10:00:00.000Z"],
    [2, "Something that was written before it is missing.", undefined],
  ]);
});

test("the sentence counts the changes and names the people, as far as they are known", () => {
  const say = (...rows: RefusedRow[]) => refusedSentence(refusedChanges(rows, []), "me");
  const ana = { userId: "a", name: "Ana" };
  const ben = { userId: "b", name: "Ben" };
  const rest = "left out. Nothing else is affected.";
  expect(say(row(1))).toBe(`1 change by Milo could not be read and was ${rest}`);
  expect(say(row(1), row(2), row(3))).toBe(`3 changes by Milo could not be read and were ${rest}`);
  expect(say(row(1), row(2, { author: ana }))).toBe(
    `2 changes by Ana and Milo could not be read and were ${rest}`,
  );
  expect(say(row(1), row(2, { author: ana }), row(3, { author: ben }))).toBe(
    `3 changes by 3 people could not be read and were ${rest}`,
  );
  expect(say(row(1, { author: { userId: "me", name: "Me" } }))).toBe(
    `1 change by you could not be read and was ${rest}`,
  );
  expect(say(row(1), row(2, { author: null }))).toBe(`2 changes could not be read and were ${rest}`);
});

test("a reason of a later version has words, too", () => {
  expect(whyRefused("invented")).toBe("It did not follow the rules of the document.");
  expect(whyRefused("constructor")).toBe("It did not follow the rules of the document.");
});
