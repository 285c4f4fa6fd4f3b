"use client";
import { useCallback, useEffect } from "react";
import { type BrowserSupabase, browserSupabase } from "../../lib/supabase/browser.ts";
import { toast } from "../ui/toast.ts";
import { hasStayed, toSignIn, type Why } from "./to-sign-in.ts";

const CHANNEL = "session";

/** Every tab of this browser goes to the way in, this one too. */
export function tellTabs(why: Why): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(why);
  channel.close();
}

/** For a service that does not answer: by then the session is out of this browser. */
const SERVICE_MS = 2_000;

/** Out of this browser first, which cannot fail; the service is told then, and waited for so many milliseconds at most. */
export async function endSession({ auth }: BrowserSupabase, mostMs = SERVICE_MS): Promise<void> {
  const { promise: isLate, resolve } = Promise.withResolvers<void>();
  const { data } = auth.onAuthStateChange((event) => {
    if (event === "SIGNED_OUT") setTimeout(resolve, mostMs);
  });
  await Promise.race([auth.signOut({ scope: "local" }).catch(() => undefined), isLate]);
  data.subscription.unsubscribe();
}

/**
 * Ends the session of this browser; every tab of it then goes to the way in, this one too, once and by a full load: what
 * it holds is of this person.
 */
export function useSignOut(): () => Promise<void> {
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }) => toSignIn(data === "deleted" ? "deleted" : "signed-out");
    return () => channel.close();
  }, []);
  return useCallback(async () => {
    const client = await browserSupabase().catch(() => null);
    if (client === null) {
      toast.error("You could not be signed out.", {
        description:
          "A part of this page could not be loaded, and you are still signed in here. Try again in a moment.",
      });
      return;
    }
    hasStayed();
    await endSession(client);
    tellTabs("signed-out");
    // also where the page that listens has gone meanwhile
    toSignIn("signed-out");
  }, []);
}
