/**
 * Draws the page anew, once it holds no words that nobody else has: what the server draws then may be that there is no
 * such page for this person, and the words would go with the old one.
 */
export type Refreshing = {
  /** Some document of the page holds words that the server does not have. */
  readonly hasUnsentText: () => Promise<boolean>;
  /** A page that cannot be had now would be an error in the place of this one. */
  readonly isAnswering: () => Promise<boolean>;
  readonly refresh: () => void;
};

const ASK_MS = 1_000;

/** Asks until it may be, one question at a time, and draws once. Returns the way to stop. */
export function refreshSafely({ hasUnsentText, isAnswering, refresh }: Refreshing): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isSafe = async () => !(await hasUnsentText().catch(() => false));
  const attempt = async () => {
    // one may have written on while the server was asked
    const isDue = (await isSafe()) && (await isAnswering()) && (await isSafe());
    if (isOver) return;
    if (isDue) refresh();
    else timer = setTimeout(() => void attempt(), ASK_MS);
  };
  void attempt();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
