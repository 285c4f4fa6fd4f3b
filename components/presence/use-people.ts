"use client";
import { useSyncExternalStore } from "react";
import type { PersonHere } from "../../lib/collab/people.ts";
import type { Store } from "../../lib/collab/store.ts";

export function usePeople(people: Store<readonly PersonHere[]>): readonly PersonHere[] {
  return useSyncExternalStore(people.subscribe, people.getSnapshot, people.getSnapshot);
}
