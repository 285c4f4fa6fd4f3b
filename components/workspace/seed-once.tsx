"use client";
import { useEffect, useRef } from "react";
import { useTreeStore } from "../sidebar/tree-context.tsx";
import { seams } from "./seams.ts";

/** Writes the first documents when the owner first comes in; a failure is tried again at the next visit. */
export function SeedOnce({ workspaceId }: { workspaceId: string }) {
  const tree = useTreeStore();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || !seams.seedWorkspace) return;
    begun.current = true;
    seams.seedWorkspace(workspaceId).then(
      () => tree.refresh(),
      (error: unknown) => console.error("The first documents were not written:", error),
    );
  }, [workspaceId, tree]);
  return null;
}
