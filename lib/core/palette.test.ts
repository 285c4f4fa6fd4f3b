import { expect, it } from "vitest";
import { COLORS, colorsOf, HIGHLIGHTS } from "./palette.ts";

it("BC1 a block's colours are names of the palette, and whatever else stands there is none", () => {
  for (const color of COLORS) expect(colorsOf({ color, tone: "bad" })).toEqual({ color });
  for (const background of HIGHLIGHTS) expect(colorsOf({ background })).toEqual({ background });
  expect(colorsOf({ color: "red", background: "green" })).toEqual({ color: "red", background: "green" });
  for (const forged of ["#f00", "red;position:fixed", "Red", "yellow ", "", null, 1, {}, ["red"], true])
    expect(colorsOf({ color: forged, background: forged })).toEqual({});
});
