import { expect, test } from "vitest";
import { placeNames } from "./place-names.ts";

test("a place is the titles above, without those that this person cannot see", () => {
  const a = { id: "00000000-0000-4000-8000-00000000000a", title: "Operations" };
  const b = { id: "00000000-0000-4000-8000-00000000000b", title: " " };
  const path = [a, { id: "gone" }, b].map(({ id }) => id.replaceAll("-", "")).join(".");
  expect(placeNames([a, b])(path)).toBe("Operations / Untitled");
  expect(placeNames([a, b])("")).toBe("");
});
