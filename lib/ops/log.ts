/**
 * What the server says: one line of JSON for each thing, with the id of the request it belongs to. What is secret or
 * somebody's words is taken out here, whoever wrote it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { format } from "node:util";
import { redact } from "./redact.ts";

export type Level = "info" | "warn" | "error";
type RequestState = { readonly id: string; failed: boolean };

/** Next makes several bundles of this file; there is one place for all. */
const key = Symbol.for("command-center.requests");
const globals = globalThis as { [key]?: AsyncLocalStorage<RequestState> };
globals[key] ??= new AsyncLocalStorage();
const current = globals[key];

/** From here on, whatever this request's own code says carries its id. */
export function enterRequest(id: string): RequestState {
  const state = { id, failed: false };
  current.enterWith(state);
  return state;
}

/** Null outside a request. */
export const currentRequestId = (): string | null => current.getStore()?.id ?? null;

/** A page that fails while it is written may have been answered with 200 already. */
export function failRequest(): void {
  const state = current.getStore();
  if (state) state.failed = true;
}

/** Facts named like secrets or content are left out, whatever they hold. */
export function log(level: Level, event: string, facts: Readonly<Record<string, unknown>> = {}): void {
  process.stderr.write(`${lineOf(level, event, facts)}\n`);
}

export function lineOf(level: Level, event: string, facts: Readonly<Record<string, unknown>>): string {
  const requestId = current.getStore()?.id;
  const said = { ...(requestId ? { requestId } : {}), ...facts };
  return JSON.stringify({ time: new Date().toISOString(), level, event, ...(redact(said) as object) });
}

/** What Next and packages say to the console goes the same way. Called once, at the start. */
export function takeConsole(): void {
  for (const level of ["warn", "error"] as const)
    console[level] = (...words: unknown[]) => log(level, "console", { message: format(...words) });
}
