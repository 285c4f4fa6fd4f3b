import { describe, expect, it } from "vitest";
import { sizeInWords } from "../../../lib/editor/size-in-words.ts";
import { prepareFile, reducedNote, tooLarge } from "./prepare-file.ts";
import { fitEdges, needsReduction } from "./reduce-picture.ts";

describe("pictures made smaller", () => {
  it.each([
    [
      { width: 8_000, height: 6_000 },
      { width: 2_560, height: 1_920 },
    ],
    [
      { width: 3_000, height: 9_000 },
      { width: 853, height: 2_560 },
    ],
    [
      { width: 2_560, height: 10 },
      { width: 2_560, height: 10 },
    ],
    [
      { width: 90_000, height: 3 },
      { width: 2_560, height: 1 },
    ],
    [
      { width: 1, height: 1 },
      { width: 1, height: 1 },
    ],
  ])("%o is shown at %o", (size, shown) => expect(fitEdges(size)).toEqual(shown));

  it("is done for long edges or many bytes only", () => {
    expect(needsReduction({ width: 2_560, height: 2_560 }, 4_000_000)).toBe(false);
    expect(needsReduction({ width: 2_561, height: 1 }, 1)).toBe(true);
    expect(needsReduction({ width: 10, height: 10 }, 4_000_001)).toBe(true);
  });

  it("is told with both sizes, and what is safe", () => {
    const note = reducedNote(
      "sea.png",
      { bytes: 20_400_000, width: 8_000, height: 6_000 },
      { bytes: 912_000, width: 2_560, height: 1_920 },
    );
    expect(note).toBe(
      "“sea.png” was made smaller for the page: 8000 × 6000, 20 MB became 2560 × 1920, 912 kB. Your own file is as it was.",
    );
  });
});

describe("files before they go out", () => {
  it("are what their bytes are, with their own name", async () => {
    const prepared = await prepareFile(new File(["%PDF-1.7 …"], "plan.png", { type: "image/png" }));
    expect(prepared).toMatchObject({
      type: "file",
      about: { name: "plan.png", mime: "application/pdf" },
      note: null,
    });
    expect((prepared as { blob: Blob }).blob.type).toBe("application/pdf");
  });

  it("are refused by size and kind with a sentence that says what is safe", async () => {
    const large = new File([new Uint8Array(52_428_801).fill(97)], "log.txt");
    expect(await prepareFile(large)).toEqual({ sentence: tooLarge(52_428_801), canRetry: false });
    expect(tooLarge(61_000_000)).toBe(
      "This file is too large (61 MB): it may have 52 MB at most. Nothing was changed.",
    );
    const svg = new File(["<svg onload=alert(1)>"], "photo.png", { type: "image/png" });
    expect(await prepareFile(svg)).toMatchObject({
      canRetry: false,
      sentence: expect.stringContaining("Nothing was changed"),
    });
  });
});

it("sizes are said as people read them", () => {
  expect([0, 999, 1_000, 3_449, 99_400, 999_499, 999_500, 1_250_000, 52_428_800].map(sizeInWords)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "3.4 kB",
    "99 kB",
    "999 kB",
    "1.0 MB",
    "1.3 MB",
    "52 MB",
  ]);
});
