import { expect, it, vi } from "vitest";
import { forgetSearch, keepSearch, keepVisit, readRecent } from "./recent.ts";

function shelf(kept: string | null = null) {
  let value = kept;
  return {
    getItem: () => value,
    setItem: (_key: string, next: string) => {
      value = next;
    },
    value: () => value,
  };
}
const here = { userId: "ana", workspaceId: "w" };

it("keeps what a person searched and opened last, once each, of each workspace by itself", () => {
  const storage = shelf();
  for (const query of ["one", "two", " ", "One", "two "]) keepSearch(here, query, storage);
  for (const id of ["a", "b", "a"]) keepVisit(here, id, storage);
  keepSearch({ ...here, userId: "ben" }, "secret", storage);
  keepSearch({ ...here, workspaceId: "v" }, "other", storage);
  expect(readRecent(here, storage)).toEqual({ searches: ["two", "One"], documents: ["a", "b"] });
  forgetSearch(here, "two", storage);
  expect(readRecent(here, storage)).toEqual({ searches: ["One"], documents: ["a", "b"] });
  expect(readRecent({ userId: "cy", workspaceId: "w" }, storage)).toEqual({ searches: [], documents: [] });
});

it("does not grow, and survives a storage that is full, forbidden or of another shape", () => {
  const storage = shelf();
  for (let at = 0; at < 40; at += 1) {
    keepSearch({ userId: "u", workspaceId: String(at) }, "x".repeat(5_000), storage);
    keepSearch(here, `query ${at}`, storage);
    keepVisit(here, `document ${at}`, storage);
  }
  expect(storage.value()?.length).toBeLessThan(10_000);
  expect(readRecent(here, storage).searches.slice(0, 2)).toEqual(["query 39", "query 38"]);
  for (const odd of ["{", "[1]", '[["x",{}]]']) expect(readRecent(here, shelf(odd)).searches).toEqual([]);
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  };
  const warned = vi.spyOn(console, "warn").mockReturnValue();
  keepSearch(here, "kept nowhere", full);
  expect(warned).toHaveBeenCalledOnce();
  warned.mockRestore();
});
