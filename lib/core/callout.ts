/** Callouts: a block of text with what is inside it, on a ground of its own; `tone` says why it stands out. */
export const CALLOUT = "callout";

export const TONES = ["info", "good", "warn", "bad"] as const;
export type Tone = (typeof TONES)[number];

/** What each is called on screen; the colour never says it alone. */
export const TONE_NAMES: Readonly<Record<Tone, string>> = {
  info: "Note",
  good: "Tip",
  warn: "Warning",
  bad: "Caution",
};

/** A tone nobody knows here is shown as a note, and carried untouched. */
export function toneOf(attrs: Readonly<Record<string, unknown>>): Tone {
  return TONES.find((tone) => tone === attrs.tone) ?? "info";
}
