import { describe, expect, it } from "vitest";
import { parseRuntimeConfig, writeRuntimeConfig } from "./runtime-config.ts";

describe("the configuration in the page", () => {
  const known = { url: "https://db.example", publishableKey: "pk" };

  it("is read as it was written", () => {
    expect(parseRuntimeConfig(writeRuntimeConfig(known))).toEqual(known);
  });

  it.each([
    ["no address", { ...known, url: "db.example" }],
    ["an empty address", { ...known, url: "" }],
    ["no key", { ...known, publishableKey: "" }],
    ["another shape", [known]],
  ])("is refused with %s", (_, wrong) => {
    expect(() => parseRuntimeConfig(JSON.stringify(wrong))).toThrow();
    expect(() => parseRuntimeConfig(null)).toThrow("holds no element");
  });
});
