/**
 * Which tab may send whose entries. Every tab holds the lock of its own session as long as it lives; a lock that can
 * be had belongs to a dead tab, and whoever holds it may send what that tab left. One tab at a time sweeps a document.
 */
import type { Clock } from "./clock.ts";

export type Release = () => void;

export interface SessionLocks {
  /** Null when somebody holds it. Held until released or the tab dies. */
  tryHold(name: string): Promise<Release | null>;
}

export const sessionLock = (sessionId: string) => `command-center session ${sessionId}`;
export const sweepLock = (userId: string, documentId: string) =>
  `command-center sweep ${userId} ${documentId}`;

export function createWebLocks(manager: LockManager): SessionLocks {
  return { tryHold: (name) => hold(manager, name) };
}

function hold(manager: LockManager, name: string): Promise<Release | null> {
  return new Promise((resolve) => {
    const keep = (lock: Lock | null): Promise<void> | undefined => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      return new Promise<void>((release) => resolve(release));
    };
    // Refused by the browser (a sandboxed frame): as if another held it, so that nothing is sent twice.
    manager.request(name, { ifAvailable: true }, keep).catch(() => resolve(null));
  });
}

/** Locks within one process. */
export function createMemoryLocks(): SessionLocks {
  const held = new Set<string>();
  return {
    tryHold(name) {
      if (held.has(name)) return Promise.resolve(null);
      held.add(name);
      return Promise.resolve(() => held.delete(name));
    },
  };
}

export type LeaseStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Longer than the minute to which browsers slow down the timers of hidden tabs. */
const LEASE_MS = { valid: 90_000, renew: 20_000 } as const;

/**
 * For pages without Web Locks (plain http): leases in localStorage. `onHide` runs its argument when the page goes away;
 * a tab that is killed counts as alive for another minute and a half.
 */
export function createLeaseLocks(
  storage: LeaseStorage,
  clock: Clock,
  onHide: (releaseAll: () => void) => void,
): SessionLocks {
  const releases = new Set<Release>();
  onHide(() => {
    for (const release of releases) release();
  });
  return {
    tryHold(name) {
      if (Number(storage.getItem(name) ?? 0) > clock.now()) return Promise.resolve(null);
      const renew = () => {
        storage.setItem(name, String(clock.now() + LEASE_MS.valid));
        stop = clock.after(LEASE_MS.renew, renew);
      };
      let stop: () => unknown = () => undefined;
      renew();
      const release = () => {
        stop();
        storage.removeItem(name);
        releases.delete(release);
      };
      releases.add(release);
      return Promise.resolve(release);
    },
  };
}
