const FIRST_MS = 2_000;
const MOST_MS = 60_000;

/** Milliseconds before the next attempt: each pause twice the last one. */
export const pauseBefore = (attempt: number): number => Math.min(MOST_MS, FIRST_MS * 2 ** attempt);

/** Back online, or after a pause, whichever is first. */
export function retryLater(attempt: number, again: () => void): () => void {
  const stop = () => {
    clearTimeout(timer);
    window.removeEventListener("online", go);
  };
  const go = () => {
    stop();
    again();
  };
  const timer = setTimeout(go, pauseBefore(attempt));
  window.addEventListener("online", go);
  return stop;
}
