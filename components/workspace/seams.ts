/**
 * What the frame needs from the document itself. Each is one function of a fixed shape, so that what lies behind it
 * can change without a change in the screens; undefined hides what would call it.
 */
import { createBrowserEnvironment } from "../../lib/collab/environment.ts";
import { renameHeadless } from "../../lib/collab/rename-document.ts";
import { createSupabaseTransport } from "../../lib/collab/supabase-transport.ts";
import { browserSupabase } from "../../lib/supabase/browser.ts";

/** Who does it, and where. */
export type Place = { readonly userId: string; readonly workspaceId: string };

export type Seams = {
  /** A title lives in the document; renaming in the tree writes there. */
  renameDocument: (userId: string, documentId: string, title: string) => Promise<void>;
  /** Makes a document of a file and gives its id. Throws a sentence for a file it refuses. */
  importMarkdown: ((place: Place, file: File) => Promise<string>) | undefined;
  /** Some document of this page holds words that the server does not have. */
  hasUnsentText: () => Promise<boolean>;
  /** Writes the first documents of a new workspace; called by its owner, answers quietly when another tab does it. */
  seedWorkspace: ((place: Place) => Promise<void>) | undefined;
};

export const seams: Seams = {
  renameDocument: (userId, documentId, title) => {
    const { log } = createSupabaseTransport(browserSupabase());
    return renameHeadless({ userId, documentId, log, environment: createBrowserEnvironment() }, title);
  },
  importMarkdown: async (place, file) =>
    (await import("../editor/import-markdown.ts")).importMarkdown(place, file),
  hasUnsentText: async () => (await import("../editor/open-session.ts")).hasUnsentText(),
  seedWorkspace: async (place) => (await import("../editor/seed-workspace.ts")).seedWorkspace(place),
};
