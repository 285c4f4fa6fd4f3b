"use client";
import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { useTreeStore } from "../sidebar/tree-context.tsx";
import { type Place, seams } from "./seams.ts";

/** Writes the first documents when the owner first comes in; a failure is tried again at the next visit. */
export function SeedOnce({ userId, workspaceId }: Place) {
  const tree = useTreeStore();
  const router = useRouter();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || !seams.seedWorkspace) return;
    begun.current = true;
    seams.seedWorkspace({ userId, workspaceId }).then(
      () => {
        tree.refresh();
        // Home was made before there was anything to list. Another page is left alone: it may hold words, and a server
        // that does not answer just then would put an error in its place.
        if (window.location.pathname === `/w/${workspaceId}`) router.refresh();
      },
      (error: unknown) => console.error("The first documents were not written:", error),
    );
  }, [userId, workspaceId, tree, router]);
  return null;
}
