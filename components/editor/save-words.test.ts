import { describe, expect, test } from "vitest";
import type { NotSavedReason, SaveState } from "../../lib/collab/save-state.ts";
import { isAlarm, type SaveFacts, saveNotice, saveWords } from "./save-words.ts";

const REASONS = [
  "unreachable",
  "signed-out",
  "read-only",
  "trashed",
  "no-access",
  "too-large",
  "full",
  "refused",
  "corrupt",
  "newer-version",
] as const satisfies readonly NotSavedReason[];

/** As the log tells it: rights and a newer version are no fault of the save state while nothing is unsent. */
function factsOf(reason: NotSavedReason, unsent: number, more: Partial<SaveState> = {}): SaveFacts {
  const isSaved = unsent === 0 && ["read-only", "trashed", "newer-version"].includes(reason);
  const isFailure = reason === "unreachable" || reason === "signed-out";
  const save: SaveState = {
    status: isSaved || (isFailure && unsent === 0) ? "saved" : "not-saved",
    reason: isSaved || (isFailure && unsent === 0) ? null : reason,
    unsent,
    onlyInThisTab: false,
    ...more,
  };
  const phase = reason === "no-access" ? "ended" : "open";
  const status = { phase, problem: isFailure ? null : reason, leftovers: 0 } as const;
  return { save, status, wasWritable: true, wasOpen: true, isInterrupted: false, isLate: false };
}

const HERE = "They are still on this page and kept on this device.";
const TAB = "They are still on this page, but in this tab only: copy them before you close it.";

describe("what is said of words that the server does not have", () => {
  test.each([
    ["signed-out", "you are signed out; sign in again in another tab"],
    ["read-only", "you may read this document, but no longer change it"],
    ["trashed", "the document is in the trash"],
    ["no-access", "you no longer have access to this document"],
    ["too-large", "this change is too large"],
    [
      "full",
      "this document is full; what it holds is safe, and what you wrote can be copied into another one",
    ],
    ["refused", "the server refuses this change"],
    ["corrupt", "stored bytes of this document are damaged"],
    ["newer-version", "the document was made with a newer version; reload the page"],
  ] as const)("%s: they are not saved, where they are, and they can be copied", (reason, why) => {
    const text = `Your last changes are not saved: ${why}.`;
    const notice = saveNotice(factsOf(reason, 2));
    expect(notice).toMatchObject({ tone: "bad", text: `${text} ${HERE}`, canCopy: true });
    const inTab = saveNotice(factsOf(reason, 2, { onlyInThisTab: true }));
    expect(inTab).toMatchObject({ tone: "bad", text: `${text} ${TAB}`, canCopy: true, canReload: false });
    expect(saveWords(factsOf(reason, 2).save)).toBe(`Not saved — ${why}`);
  });

  test("a server that does not answer is the bar's matter, unless closing the tab would lose them", () => {
    expect(saveNotice(factsOf("unreachable", 1))).toBeNull();
    expect(saveNotice(factsOf("unreachable", 1, { onlyInThisTab: true }))).toMatchObject({
      text: `Your last changes are not saved yet. ${TAB}`,
      canCopy: true,
    });
    expect(saveWords(factsOf("unreachable", 1).save)).toBe(
      "Not saved — the server does not answer; trying again",
    );
  });
});

describe("what is said when everything is stored", () => {
  test.each([
    ["unreachable", null],
    ["signed-out", null],
    ["read-only", "You may read this document, but no longer change it. What you wrote here is saved."],
    ["trashed", "This document is in the trash. Nothing in it is lost; restore it to write on."],
    ["no-access", "You no longer have access to this document. What you wrote here is saved."],
    ["too-large", "A change was too large to be stored. Reload the page to write on."],
    ["full", "This document is full. All of it is safe; write on in another one."],
    [
      "newer-version",
      "This document was made with a newer version of the program. You can read it; to change it, reload the page.",
    ],
  ] as const)("%s: quietly, without an alarm, a copy or the words “not saved”", (reason, text) => {
    const facts = factsOf(reason, 0);
    const notice = saveNotice(facts);
    expect(notice?.text ?? null).toBe(text);
    if (notice) expect(notice).toMatchObject({ tone: "quiet", canCopy: false, canDiscard: false });
    expect(isAlarm(facts.save)).toBe(false);
    expect(saveWords(facts.save)).toBe("Saved");
  });

  test("damage and an own change that nobody can read are said loudly", () => {
    expect(saveNotice(factsOf("corrupt", 0))).toMatchObject({ tone: "bad", canCopy: false });
    const refused = saveNotice(factsOf("refused", 0));
    expect(refused).toMatchObject({ tone: "bad", canCopy: true });
    expect(refused?.text).toContain("It is on this page only.");
    for (const reason of ["corrupt", "refused"] as const)
      expect(saveWords(factsOf(reason, 0).save)).toMatch(/^Not saved — /);
  });

  test("who could never write or never saw the document is not told that they no longer can", () => {
    expect(saveNotice({ ...factsOf("read-only", 0), wasWritable: false })).toBeNull();
    expect(saveNotice({ ...factsOf("no-access", 0), wasOpen: false })?.text).toBe(
      "There is no such document, or you do not have access to it.",
    );
  });
});

test("no sentence claims this device when the words are in this tab only, and every reason has one", () => {
  for (const reason of REASONS)
    for (const unsent of [0, 3])
      for (const onlyInThisTab of [true, false]) {
        const notice = saveNotice(factsOf(reason, unsent, { onlyInThisTab }));
        if (onlyInThisTab) expect(notice?.text ?? "").not.toContain("this device");
        if (notice?.canReload && unsent > 0) expect(onlyInThisTab).toBe(false);
        if (unsent > 0 && reason !== "unreachable") expect(notice?.canCopy).toBe(true);
      }
});

test("without a socket: that changes are being saved is said only while they are", () => {
  const polling = (save: Partial<SaveState>): SaveFacts => ({
    ...factsOf("unreachable", 0, save),
    isInterrupted: true,
  });
  const text = /^The live connection is interrupted\. Your changes are still being saved;/;
  expect(saveNotice(polling({}))?.text).toMatch(text);
  expect(saveNotice(polling({ status: "saving", unsent: 1 }))?.text).toMatch(text);
  expect(saveNotice(polling({ status: "offline", unsent: 1 }))).toBeNull();
  expect(saveNotice(polling({ status: "not-saved", reason: "unreachable", unsent: 1 }))).toBeNull();
});

test("what an earlier visit left, and a browser that keeps nothing, are said when nothing worse is", () => {
  const facts = factsOf("unreachable", 0);
  const leftovers = { ...facts, status: { ...facts.status, leftovers: 2 } };
  expect(saveNotice(leftovers)).toMatchObject({ tone: "warn", canCopy: true, canDiscard: true });
  expect(saveNotice(factsOf("unreachable", 0, { onlyInThisTab: true }))?.text).toContain("keeps no copy");
  expect(saveNotice({ ...leftovers, ...{ save: factsOf("refused", 1).save } })?.tone).toBe("bad");
});

test("a document that does not open says so, where its words are, and no more once it is open", () => {
  const late = (save: Partial<SaveState>, phase: "opening" | "open"): SaveFacts => {
    const facts = factsOf("unreachable", 0, save);
    return { ...facts, status: { ...facts.status, phase }, wasOpen: false, isLate: true };
  };
  const said = "This document cannot be opened yet; it is tried again by itself.";
  const kept = "What you wrote in it and was not sent yet is kept on this device.";
  expect(saveNotice(late({}, "opening"))).toMatchObject({ tone: "quiet", text: `${said} ${kept}` });
  expect(saveNotice(late({ onlyInThisTab: true }, "opening"))?.text).toBe(said);
  expect(saveNotice(late({}, "open"))).toBeNull();
  expect(saveNotice({ ...late({}, "opening"), isLate: false })).toBeNull();
});
