/** Colours by name, as marks and blocks carry them; how each looks, in light and dark, is the style sheet's. */
export const COLORS = ["grey", "red", "orange", "green", "blue", "purple"] as const;
export type Color = (typeof COLORS)[number];

export const HIGHLIGHTS = ["yellow", "green", "blue", "red", "purple"] as const;
export type Highlight = (typeof HIGHLIGHTS)[number];

export const isColor = (value: unknown): value is Color => COLORS.some((color) => color === value);
export const isHighlight = (value: unknown): value is Highlight =>
  HIGHLIGHTS.some((color) => color === value);
