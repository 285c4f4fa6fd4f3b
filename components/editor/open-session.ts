/** Documents of this browser: one collaboration client a person. Browser only. */
import { CollabClient } from "../../lib/collab/collab-client.ts";
import type { DocumentSessionOptions } from "../../lib/collab/document-session.ts";
import { createBrowserEnvironment } from "../../lib/collab/environment.ts";
import { createLogTransport, createRealtimePort } from "../../lib/collab/supabase-transport.ts";
import type { WorkspaceChannels } from "../../lib/collab/workspace-channel.ts";
import { clientAfter } from "../../lib/supabase/browser.ts";
import { callDatabase } from "../../lib/supabase/call-database.ts";
import { afterText } from "../ui/text-first.ts";

export type SessionPlace = { readonly documentId: string; readonly userId: string };

const onReport: NonNullable<DocumentSessionOptions["onReport"]> = (event, facts) =>
  console.warn(event, facts);

let open: { userId: string; client: CollabClient } | undefined;

export function collabClient(userId: string, workspaces: WorkspaceChannels): CollabClient {
  if (open?.userId !== userId) {
    open = {
      userId,
      client: new CollabClient({
        userId,
        log: createLogTransport(callDatabase),
        realtime: createRealtimePort(() => clientAfter(afterText)),
        workspaces,
        onReport,
      }),
    };
    askBeforeLeaving();
  }
  return open.client;
}

let asks = false;

/** Closing the page with words that only this browser has is asked about once, whatever the page shows by then. */
function askBeforeLeaving(): void {
  if (asks) return;
  asks = true;
  window.addEventListener("beforeunload", (event) => {
    if (hasUnsentText()) event.preventDefault();
  });
}

/** Some document of this page holds words that the server does not have. */
export const hasUnsentText = (): boolean => open?.client.hasUnsent() ?? false;

/** What a session without live topics and without an outbox needs: import, the first documents. */
export function headlessOptions(
  place: SessionPlace,
): Omit<DocumentSessionOptions, "live" | "outbox" | "locks"> {
  return {
    ...place,
    log: createLogTransport(callDatabase),
    environment: createBrowserEnvironment(),
    onReport,
  };
}
