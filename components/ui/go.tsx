"use client";
import { useRouter } from "next/navigation";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useRef,
  useState,
  useTransition,
} from "react";
import { toast } from "./toast.ts";

/** Whether the server answers now; a browser that says it has no connection is not always right. */
export async function isAnswering(): Promise<boolean> {
  return fetch("/api/health/live", { cache: "no-store" }).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** To an address of the product, or to one that is only being made, unless one went elsewhere meanwhile; rejects as that does. */
type Go = (to: string | Promise<string>) => Promise<void>;

export const GoContext = createContext<Go | null>(null);

/** The way to a page of the product; links have it by `PageLink`. */
export function useGo(): Go {
  const go = useContext(GoContext);
  if (!go) throw new Error("There is no way to other pages here.");
  return go;
}

/**
 * All ways from page to page, by links and by programs. While the next page is on its way a line says so: pages whose
 * text comes from the server have nothing to stand in its place. Without a connection Next leaves for a page all the same,
 * and the browser's error stands in the place of the text: one stays then, and is told.
 */
export function GoProvider({ children }: { children: ReactNode }) {
  const router = useRouter();
  const [isOpening, startOpening] = useTransition();
  const [waiting, setWaiting] = useState(0);
  const latest = useRef(0);
  const go = useCallback<Go>(
    async (to) => {
      latest.current += 1;
      const own = latest.current;
      setWaiting((count) => count + 1);
      try {
        const href = typeof to === "string" ? to : await to;
        const isReached = own === latest.current && (navigator.onLine || (await isAnswering()));
        // who went elsewhere meanwhile may be writing there by now
        if (own !== latest.current) return;
        if (isReached) startOpening(() => router.push(href));
        else
          toast.error("This page could not be opened.", {
            description:
              "It needs a connection. You are still where you were, and nothing that you wrote is touched.",
          });
      } finally {
        setWaiting((count) => count - 1);
      }
    },
    [router],
  );
  return (
    <GoContext value={go}>
      {isOpening || waiting > 0 ? (
        <div className="opening" role="progressbar" aria-label="Opening the page" />
      ) : null}
      {children}
    </GoContext>
  );
}
