/**
 * The workspace topics of this page: one object for the tree and for every open document, because the client hands
 * out one channel a topic. Never called on the server.
 */
import { systemClock } from "../../lib/collab/clock.ts";
import { createRealtimePort } from "../../lib/collab/supabase-transport.ts";
import { WorkspaceChannels } from "../../lib/collab/workspace-channel.ts";
import { clientAfter } from "../../lib/supabase/browser.ts";
import { afterText } from "../ui/text-first.ts";

let channels: WorkspaceChannels | undefined;

export function workspaceChannels(): WorkspaceChannels {
  channels ??= new WorkspaceChannels(
    createRealtimePort(() => clientAfter(afterText)),
    systemClock,
    Math.random,
  );
  return channels;
}
