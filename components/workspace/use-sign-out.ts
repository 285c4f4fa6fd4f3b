"use client";
import { useEffect, useMemo } from "react";

const CHANNEL = "session";

/** Every tab of this browser goes to the way in, this one too. */
export function tellTabs(why: "signed out" | "deleted"): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(why);
  channel.close();
}

/** Signing out here ends every tab of this browser: their pages would only collect refusals. */
export function useSignOut(signOut: () => Promise<void>): () => Promise<void> {
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }) =>
      window.location.assign(`/sign-in?why=${data === "deleted" ? "deleted" : "signed-out"}`);
    return () => channel.close();
  }, []);
  return useMemo(
    () => async () => {
      try {
        await signOut();
      } finally {
        tellTabs("signed out");
      }
    },
    [signOut],
  );
}
