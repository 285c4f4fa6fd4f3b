/** Colours by name, as marks and blocks carry them; how each looks, in light and dark, is the style sheet's. */
export const COLORS = ["grey", "red", "orange", "green", "blue", "purple"] as const;
export type Color = (typeof COLORS)[number];

export const HIGHLIGHTS = ["yellow", "green", "blue", "red", "purple"] as const;
export type Highlight = (typeof HIGHLIGHTS)[number];

export const isColor = (value: unknown): value is Color => COLORS.some((color) => color === value);
export const isHighlight = (value: unknown): value is Highlight =>
  HIGHLIGHTS.some((color) => color === value);

/** Attributes of a block: the colour of its words, and the one behind it. A value not known here is carried, not shown. */
export type BlockColors = { readonly color?: Color; readonly background?: Highlight };

export function colorsOf({ color, background }: Readonly<Record<string, unknown>>): BlockColors {
  return {
    ...(isColor(color) ? { color } : {}),
    ...(isHighlight(background) ? { background } : {}),
  };
}
