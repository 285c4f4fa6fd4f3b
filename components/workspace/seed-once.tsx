"use client";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import { useTreeStore } from "../sidebar/tree-context.tsx";
import { type Place, seams } from "./seams.ts";

/**
 * Writes the first documents when the owner first comes in; a failure is tried again at the next visit.
 * @param onEnd called once they are there, and Home lists them, or could not be written.
 */
export function SeedOnce({ userId, workspaceId, onEnd }: Place & { onEnd: () => void }) {
  const tree = useTreeStore();
  const router = useRouter();
  const begun = useRef(false);
  const [isOver, setOver] = useState(false);
  const [isDrawing, draw] = useTransition();
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const written = seams.seedWorkspace?.({ userId, workspaceId }) ?? Promise.resolve();
    written
      .then(
        () => {
          tree.refresh();
          // Home was made before there was anything to list. Another page is left alone: it may hold words, and a
          // server that does not answer just then would put an error in its place.
          if (window.location.pathname === `/w/${workspaceId}`) draw(() => router.refresh());
        },
        (error: unknown) => console.error("The first documents were not written:", error),
      )
      .finally(() => setOver(true));
  }, [userId, workspaceId, tree, router]);
  useEffect(() => {
    if (isOver && !isDrawing) onEnd();
  }, [isOver, isDrawing, onEnd]);
  return null;
}
