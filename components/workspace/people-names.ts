/** The workspace's people by name: as the page came with them, and asked for again, seldom, when they are looked at. */
import { createStore } from "../../lib/collab/store.ts";

export type PersonName = { readonly id: string; readonly name: string };
export type PeopleNames = ReturnType<typeof createPeopleNames>;

const ASK_MS = 60_000;

/** @param now milliseconds */
export function createPeopleNames(
  first: readonly PersonName[],
  ask: () => Promise<readonly PersonName[]>,
  now: () => number,
) {
  const named = (people: readonly PersonName[]) => new Map(people.map(({ id, name }) => [id, name]));
  const names = createStore<ReadonlyMap<string, string>>(named(first));
  let askedAt = now();
  return {
    names,
    /** The names may have changed. */
    look(): void {
      if (now() - askedAt < ASK_MS) return;
      askedAt = now();
      ask().then(
        (people) => names.set(named(people)),
        // the names of before stay; the next look asks again
        (error: unknown) => console.warn("no names of people", error),
      );
    },
  };
}
