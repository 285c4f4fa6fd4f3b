/** A value that changes, in the shape React's useSyncExternalStore wants: the same snapshot until it changes. */

export interface Store<T> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly getSnapshot: () => T;
}

export interface WritableStore<T> extends Store<T> {
  /** Tells the listeners only when `isSame` says that the value differs. */
  readonly set: (value: T) => void;
}

export function createStore<T>(initial: T, isSame: (a: T, b: T) => boolean = Object.is): WritableStore<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => value,
    set(next) {
      if (isSame(value, next)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
  };
}

/** One level deep: enough for flat states. */
export function isShallowEqual<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(a) as (keyof T)[];
  return keys.length === Object.keys(b).length && keys.every((key) => Object.is(a[key], b[key]));
}
