import { expect, test } from "vitest";
import type { Reach } from "./connection.ts";
import { type NotSavedReason, type SaveFacts, saveStateOf } from "./save-state.ts";

const fine: SaveFacts = { unsent: 0, reach: "reached", blocked: null, outboxBroken: false };

const REACHES: Reach[] = ["reached", "unreachable", "signed-out", "offline", "refused", "ended"];
const READING: NotSavedReason[] = ["read-only", "trashed", "newer-version"];
const BLOCKS: (NotSavedReason | null)[] = [
  null,
  ...READING,
  ...(["no-access", "too-large", "refused", "corrupt"] as const),
];

const ALL: SaveFacts[] = [0, 1, 9].flatMap((unsent) =>
  REACHES.flatMap((reach) =>
    BLOCKS.flatMap((blocked) =>
      [true, false].map((outboxBroken) => ({ unsent, reach, blocked, outboxBroken })),
    ),
  ),
);

test("SS1 'saved' shows only when nothing is unsent and nothing stands in the way, over all combinations", () => {
  expect(ALL).toHaveLength(3 * 6 * 8 * 2);
  const saved = ALL.filter((facts) => saveStateOf(facts).status === "saved");
  for (const { unsent, reach, blocked } of saved) {
    expect(unsent).toBe(0);
    expect(blocked === null || READING.includes(blocked)).toBe(true);
    expect(["offline", "refused"]).not.toContain(reach);
  }
  // Nothing unsent, four reaches in which nothing is refused, no block or one of three, with and without an outbox.
  expect(saved).toHaveLength(4 * 4 * 2);
  expect(saveStateOf(fine).status).toBe("saved");
});

test("SS5 no combination says what is not so", () => {
  for (const facts of ALL) {
    const { unsent, reach, blocked } = facts;
    const state = saveStateOf(facts);
    const what = JSON.stringify(facts);
    expect([state.unsent, state.onlyInThisTab], what).toEqual([unsent, facts.outboxBroken]);
    // Being saved: it is under way, the server answers, nobody refuses.
    if (state.status === "saving") expect([reach, blocked], what).toEqual(["reached", null]);
    // A refusal is told even without a network: coming back will not help.
    if (state.status === "offline") expect(blocked === null || READING.includes(blocked), what).toBe(true);
    if (state.status === "not-saved") expect(state.reason, what).toBe(reasonOf(facts));
    else expect(state.reason, what).toBeNull();
  }
  expect(saveStateOf({ ...fine, unsent: 1, blocked: "refused", reach: "offline" }).reason).toBe("refused");
  expect(saveStateOf({ ...fine, reach: "offline" })).toMatchObject({ status: "offline", unsent: 0 });
  expect(saveStateOf({ ...fine, unsent: 1, reach: "ended" })).toMatchObject({
    status: "not-saved",
    reason: null,
  });
});

function reasonOf({ reach, blocked }: SaveFacts): NotSavedReason | null {
  if (reach === "refused") return "no-access";
  if (blocked !== null) return blocked;
  return reach === "unreachable" || reach === "signed-out" ? reach : null;
}

test("SS2 what waits is being saved, or not saved with the reason", () => {
  expect(saveStateOf({ ...fine, unsent: 2 })).toMatchObject({ status: "saving", reason: null, unsent: 2 });
  expect(saveStateOf({ ...fine, unsent: 2, reach: "unreachable" })).toMatchObject({
    status: "not-saved",
    reason: "unreachable",
  });
  expect(saveStateOf({ ...fine, unsent: 2, reach: "offline" }).status).toBe("offline");
  expect(saveStateOf({ ...fine, unsent: 2, reach: "offline", blocked: "refused" }).status).toBe("not-saved");
});

test("SS3 who only reads has nothing unsaved; a damaged document or a lost right is said in any case", () => {
  for (const blocked of ["read-only", "trashed", "newer-version"] as const) {
    expect(saveStateOf({ ...fine, blocked }).status).toBe("saved");
    expect(saveStateOf({ ...fine, blocked, unsent: 1 })).toMatchObject({
      status: "not-saved",
      reason: blocked,
    });
  }
  for (const blocked of ["corrupt", "no-access", "refused", "too-large"] as const) {
    expect(saveStateOf({ ...fine, blocked })).toMatchObject({ status: "not-saved", reason: blocked });
  }
});

test("SS4 without an outbox the person is warned, whatever the state", () => {
  for (const unsent of [0, 1])
    expect(saveStateOf({ ...fine, unsent, outboxBroken: true }).onlyInThisTab).toBe(true);
  expect(saveStateOf(fine).onlyInThisTab).toBe(false);
});
