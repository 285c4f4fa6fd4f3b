/** In the place of lib0/logging: the same words, without colours. */
const NONE = Symbol("no style");
export const BOLD = NONE;
export const UNBOLD = NONE;
export const ORANGE = NONE;
export const RED = NONE;

const words = (parts: readonly unknown[]): unknown[] => parts.filter((part) => part !== NONE);

export const print = (...parts: readonly unknown[]): void => console.log(...words(parts));
export const warn = (...parts: readonly unknown[]): void => console.warn(...words(parts));
