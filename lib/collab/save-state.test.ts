import { expect, test } from "vitest";
import { type NotSavedReason, type SaveFacts, saveStateOf } from "./save-state.ts";

const fine: SaveFacts = { unsent: 0, online: true, failing: null, blocked: null, outboxBroken: false };

test("SS1 'saved' shows only when nothing is unsent", () => {
  const reasons: (NotSavedReason | null)[] = [
    null,
    "unreachable",
    "read-only",
    "refused",
    "corrupt",
    "trashed",
  ];
  for (const unsent of [0, 1, 9])
    for (const online of [true, false])
      for (const failing of reasons)
        for (const blocked of reasons) {
          const state = saveStateOf({ unsent, online, failing, blocked, outboxBroken: false });
          if (state.status === "saved") expect(unsent).toBe(0);
          if (unsent > 0) expect(state.status).not.toBe("saved");
        }
  expect(saveStateOf(fine).status).toBe("saved");
});

test("SS2 what waits is being saved, or not saved with the reason", () => {
  expect(saveStateOf({ ...fine, unsent: 2 })).toMatchObject({ status: "saving", reason: null, unsent: 2 });
  expect(saveStateOf({ ...fine, unsent: 2, failing: "unreachable" })).toMatchObject({
    status: "not-saved",
    reason: "unreachable",
  });
  expect(saveStateOf({ ...fine, unsent: 2, online: false }).status).toBe("offline");
  expect(saveStateOf({ ...fine, unsent: 2, online: false, blocked: "refused" }).status).toBe("not-saved");
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
