"use client";
import { useEffect, useMemo } from "react";
import { toSignIn, type Why } from "./to-sign-in.ts";

const CHANNEL = "session";

/** Every tab of this browser goes to the way in, this one too. */
export function tellTabs(why: Why): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(why);
  channel.close();
}

/** Signing out here ends every tab of this browser: their pages would only collect refusals. */
export function useSignOut(signOut: () => Promise<void>): () => Promise<void> {
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }) => toSignIn(data === "deleted" ? "deleted" : "signed-out");
    return () => channel.close();
  }, []);
  return useMemo(
    () => async () => {
      try {
        await signOut();
      } finally {
        tellTabs("signed-out");
      }
    },
    [signOut],
  );
}
