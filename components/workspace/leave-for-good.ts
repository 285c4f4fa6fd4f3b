/** The browser's part of a deleted account: nothing of that person stays in it, and every tab goes to the way in. */
import { forgetPerson } from "../../lib/collab/idb-outbox.ts";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { forgetSearches } from "../search/recent.ts";
import { endSession, tellTabs } from "./use-sign-out.ts";

export async function leaveForGood(userId: string): Promise<void> {
  // What a browser denies here was not kept by it either.
  await forgetPerson(userId).catch(() => undefined);
  forgetSearches(userId);
  // The service no longer knows the session, and need not be waited for: other tabs are told as soon as the cookies are gone.
  await endSession(await browserSupabase(), 0);
  tellTabs("deleted");
}
