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

export function toSignIn(why: Why): void {
  if (isBeingDeleted && why !== "deleted") return;
  window.location.assign(`/sign-in?why=${why}`);
}
