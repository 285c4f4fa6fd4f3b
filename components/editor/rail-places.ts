/** Pixels: of a mark with its initials. */
const MARK = 24;
/** Of the window's height, bars above and below. */
const BARS = 140;

/**
 * Where marks stand so that none covers another: pushed down, and up again from the end where there is no room below.
 * @param shares 0 to 1, ascending
 * @param height of the window, in pixels
 */
export function apart(shares: readonly number[], height: number): number[] {
  const step = Math.min(MARK / Math.max(height - BARS, MARK), 1 / Math.max(shares.length - 1, 1));
  const places: number[] = [];
  for (const share of shares) places.push(Math.max(share, (places.at(-1) ?? -1) + step));
  let end = 1;
  return places
    .toReversed()
    .map((place) => {
      const at = Math.min(place, end);
      end = at - step;
      return at;
    })
    .toReversed();
}
