/**
 * What the frame needs from the document itself. Each is one function of a fixed shape, so that what lies behind it
 * can change without a change in the screens; undefined hides what would call it.
 */
import { createBrowserEnvironment } from "../../lib/collab/environment.ts";
import { renameHeadless } from "../../lib/collab/rename-document.ts";
import { createLogTransport } from "../../lib/collab/supabase-transport.ts";
import { callDatabase } from "../../lib/supabase/call-database.ts";
import type { Exchange } from "../sidebar/exchange.ts";
import { workspaceChannels } from "../sidebar/workspace-channels.ts";

/** Who does it, and where. */
export type Place = { readonly userId: string; readonly workspaceId: string };

export type Seams = {
  /** A title lives in the document; renaming in the tree writes there. */
  renameDocument: (userId: string, documentId: string, title: string) => Promise<void>;
  /** Files in and out of a workspace. */
  exchange: (place: Place) => Exchange;
  /** Some document of this page holds words that the server does not have. */
  hasUnsentText: () => Promise<boolean>;
  /** This browser does: this page's documents, other tabs and earlier visits together. */
  hasUnsentHere: (userId: string) => Promise<boolean>;
  /** Sends what earlier visits left in documents that are not open on this page. */
  sendLeftBehind: (userId: string) => Promise<void>;
  /** Writes the first documents of a new workspace; called by its owner, answers quietly when another tab does it. */
  seedWorkspace: ((place: Place) => Promise<void>) | undefined;
};

export const seams: Seams = {
  renameDocument: (userId, documentId, title) => {
    const log = createLogTransport(callDatabase);
    return renameHeadless({ userId, documentId, log, environment: createBrowserEnvironment() }, title);
  },
  exchange: (place) => ({
    importFile: async (file) => (await import("../editor/import-markdown.ts")).importMarkdown(place, file),
    importTree: async (files, wishes) =>
      (await import("../editor/exchange.ts")).importInto(place, files, wishes),
    duplicate: async (node, where, wishes) =>
      (await import("../editor/exchange.ts")).duplicateIn(place, node, where, seams.hasUnsentText, wishes),
    exportTree: async (name, nodes, wishes) =>
      (await import("../editor/exchange.ts")).exportFrom(place.userId, name, nodes, wishes),
  }),
  hasUnsentText: async () => (await import("../editor/open-session.ts")).hasUnsentText(),
  hasUnsentHere: async (userId) => {
    if (await seams.hasUnsentText().catch(() => false)) return true;
    const { countUnsentEntries } = await import("../../lib/collab/idb-outbox.ts");
    return (await countUnsentEntries(userId)) > 0;
  },
  sendLeftBehind: async (userId) => {
    const { listUnsentDocuments } = await import("../../lib/collab/idb-outbox.ts");
    const documentIds = await listUnsentDocuments(userId);
    if (documentIds.length === 0) return;
    const { collabClient } = await import("../editor/open-session.ts");
    await collabClient(userId, workspaceChannels()).sendLeftBehind(documentIds);
  },
  seedWorkspace: async (place) => (await import("../editor/seed-workspace.ts")).seedWorkspace(place),
};
