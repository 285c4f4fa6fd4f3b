/** Where on the screen one reads, in CSS pixels from the top of the window. */

type Window = {
  readonly height: number;
  readonly scrolled: number;
  /** The most that can be scrolled. */
  readonly mostScrolled: number;
};

/**
 * The middle of the window; near the ends of the page it goes to the top or the bottom, so that the first and the last
 * section are reached even where the page cannot be scrolled far enough.
 */
export function readingLine({ height, scrolled, mostScrolled }: Window): number {
  const half = Math.min(height / 2, mostScrolled);
  const fromEnd = mostScrolled - scrolled;
  if (scrolled <= fromEnd) return (height / 2) * (half > 0 ? Math.min(1, scrolled / half) : 0);
  return height - (height / 2) * Math.min(1, fromEnd / half);
}
