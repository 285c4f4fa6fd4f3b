/** The way to the sign-in page, which says why one is there. */
export type Why = "signed-out" | "deleted";

let isBeingDeleted = false;

/**
 * While this tab deletes its account, the end of the session is news to its connection, too, in either order: of the
 * two ways out only the one that knows the reason is gone.
 */
export async function whileDeleting<T extends { ok: boolean }>(work: () => Promise<T>): Promise<T> {
  isBeingDeleted = true;
  let isGone = false;
  try {
    const outcome = await work();
    isGone = outcome.ok;
    return outcome;
  } finally {
    isBeingDeleted = isGone;
  }
}

/** Whoever deletes the account leads away from here, and knows why. */
export const isDeleting = (): boolean => isBeingDeleted;

let underWay: Why | null = null;

/**
 * By a full load: what the page holds is of the person who leaves. The end of one session is heard of in several ways,
 * and a second load would break off the first, and begin again where somebody types already; only a deleted account,
 * which says more, comes before an end of the session that is on its way.
 */
export function toSignIn(why: Why): void {
  if (isBeingDeleted && why !== "deleted") return;
  if (underWay === why || underWay === "deleted") return;
  underWay = why;
  // a page that the browser keeps and shows again is led away again
  window.addEventListener("pagehide", hasStayed, { once: true });
  window.location.assign(`/sign-in?why=${why}`);
}

/** Whoever works the page has stayed in it, by the browser's question about what is not saved. */
export function hasStayed(): void {
  underWay = null;
}
