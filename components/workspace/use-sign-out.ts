"use client";
import { useEffect, useMemo } from "react";

const CHANNEL = "session";

/** Signing out here ends every tab of this browser: their pages would only collect refusals. */
export function useSignOut(signOut: () => Promise<void>): () => Promise<void> {
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = () => window.location.assign("/sign-in?why=signed-out");
    return () => channel.close();
  }, []);
  return useMemo(
    () => async () => {
      const channel = new BroadcastChannel(CHANNEL);
      try {
        await signOut();
      } finally {
        channel.postMessage("signed out");
        channel.close();
      }
    },
    [signOut],
  );
}
