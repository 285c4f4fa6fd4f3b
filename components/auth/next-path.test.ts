import { expect, test } from "vitest";
import { safeNext, withNext } from "./next-path.ts";

test("a path of this site is kept", () => {
  expect(safeNext("/join/abc_-9")).toBe("/join/abc_-9");
  expect(safeNext("/")).toBe("/");
  expect(safeNext("/w/1/d/2?x=1#y")).toBe("/w/1/d/2?x=1#y");
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "/a\\b",
  "evil",
  "",
  "/a b",
  "/..//evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "/%2e%2e//evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
  "/\n/x",
  undefined,
  7,
])("%j leads nowhere", (value) => {
  expect(safeNext(value)).toBeUndefined();
});

test("the way back survives the change between sign-in and sign-up", () => {
  expect(withNext("/sign-up", "/join/a")).toBe("/sign-up?next=%2Fjoin%2Fa");
  expect(withNext("/sign-up", undefined)).toBe("/sign-up");
});
