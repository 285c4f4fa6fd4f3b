/**
 * A database that can be away for a while. The process and its connections stay; what is asked of the database
 * meanwhile fails, and a transaction that is under way rolls back, as if its connection had broken.
 */
import type { Database, Session } from "./database.ts";

/** Thrown instead of asking a database that is away. */
export class DatabaseGone extends Error {
  constructor() {
    super("The database is away: the fault switch says so.");
    // It was ordered; where it came through is no news.
    this.stack = this.message;
  }
}

type Work = (...args: unknown[]) => unknown;

/** Stopping to listen and closing must work always, or the process could not end. */
const UNGUARDED = new Set<string | symbol>(["listen", "close"]);

/**
 * The same database, with `check` called before anything is asked of it, at each statement of a transaction and
 * before its commit. `check` throws when the database is away.
 */
export function guardDatabase<D extends Database>(database: D, check: () => void): D {
  return guard(database, check);
}

function guard<S extends Session>(session: S, check: () => void): S {
  return new Proxy(session, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function" || UNGUARDED.has(name)) return value;
      return async (...args: unknown[]) => {
        check();
        const [work, ...rest] = args;
        const guarded = typeof work === "function" ? [guardWork(work as Work, check), ...rest] : args;
        return Reflect.apply(value, target, guarded);
      };
    },
  });
}

/** Work that waited for its turn: the database may have gone meanwhile, or go while it runs. */
function guardWork(work: Work, check: () => void): Work {
  return async (...handles) => {
    check();
    const result = await work(
      ...handles.map((handle) => (isSession(handle) ? guard(handle, check) : handle)),
    );
    check();
    return result;
  };
}

function isSession(value: unknown): value is Session {
  return typeof value === "object" && value !== null && "query" in value;
}
