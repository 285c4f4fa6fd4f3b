"use client";
import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { toast } from "./toast.ts";

/** Whether the server answers now; a browser that says it has no connection is not always right. */
export async function isAnswering(): Promise<boolean> {
  return fetch("/api/health/live", { cache: "no-store" }).then(
    (answer) => answer.ok,
    () => false,
  );
}

/**
 * The way to a page of the product. Without a connection Next leaves for it all the same, and the browser's error stands
 * in the place of the text: one stays then, and is told.
 */
export function useGo(): (href: string) => void {
  const router = useRouter();
  return useCallback(
    async (href: string) => {
      if (navigator.onLine || (await isAnswering())) router.push(href);
      else
        toast.error("This page could not be opened.", {
          description:
            "It needs a connection. You are still where you were, and nothing that you wrote is touched.",
        });
    },
    [router],
  );
}
