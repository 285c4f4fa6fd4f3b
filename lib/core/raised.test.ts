import { describe, expect, it } from "vitest";
import { raised } from "./raised.ts";

describe("raised and lowered text", () => {
  it("has the characters of Unicode", () => {
    expect([raised("2", "sup"), raised("−6", "sup"), raised("th", "sup")]).toEqual(["²", "⁻⁶", "ᵗʰ"]);
    expect([raised("2", "sub"), raised("max", "sub"), raised("10", "sub")]).toEqual(["₂", "ₘₐₓ", "₁₀"]);
  });

  it("stays as it is where one of them has none, or where it is a sentence", () => {
    for (const text of ["[1]", "½", "", "a b", "0123456789012345"]) expect(raised(text, "sup")).toBe(text);
    expect(raised("q", "sub")).toBe("q");
  });

  it("gives another sign for each, none twice but the minus", () => {
    for (const way of ["sup", "sub"] as const) {
      const all = [..."0123456789+-=()aehijklmnoprstuvx"].map((sign) => raised(sign, way));
      expect(new Set(all).size).toBe(all.length);
      expect(all.every((sign, index) => sign !== "0123456789+-=()aehijklmnoprstuvx"[index])).toBe(true);
    }
  });
});
