/**
 * The browser's localStorage for what may also be forgotten. Where a browser denies it, its very name throws: here only
 * the calls do, which whoever reads and keeps is ready for.
 */
export type KeyValue = Pick<Storage, "getItem" | "setItem">;

export const BROWSER_STORAGE: KeyValue = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, value),
};
