"use client";
import { useCallback, useEffect, useState } from "react";
import { ancestorsOf, type Branches } from "./tree-model.ts";

/** Up to this many documents everything is open until it is closed; beyond, closed until it is opened. */
const SMALL = 200;

/** Which documents show what is inside. The way to the current document is opened when one goes there. */
export function useOpenBranches(branches: Branches, count: number, currentId: string | undefined) {
  const [wishes, setWishes] = useState<ReadonlyMap<string, boolean>>(() =>
    opened(branches, currentId, new Map()),
  );
  // Only arriving somewhere opens the way there; afterwards a branch may be closed over the current document.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tree's own changes must not reopen what was closed
  useEffect(() => setWishes((now) => opened(branches, currentId, now)), [currentId]);
  const small = count <= SMALL;
  const isOpen = useCallback((id: string) => wishes.get(id) ?? small, [wishes, small]);
  const setOpen = useCallback(
    (id: string, open: boolean) => setWishes((now) => new Map(now).set(id, open)),
    [],
  );
  return { isOpen, setOpen };
}

function opened(branches: Branches, currentId: string | undefined, now: ReadonlyMap<string, boolean>) {
  if (!currentId) return now;
  const way = ancestorsOf(branches, currentId);
  return way.every((id) => now.get(id) === true)
    ? now
    : new Map([...now, ...way.map((id) => [id, true] as const)]);
}
