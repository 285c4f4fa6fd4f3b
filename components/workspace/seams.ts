/**
 * What the frame needs from the document itself. Each is one function of a fixed shape, so that what lies behind it
 * can change without a change in the screens; undefined hides what would call it.
 */
export type Seams = {
  /** A title lives in the document; renaming in the tree writes there. */
  renameDocument: (documentId: string, title: string) => Promise<void>;
  /** Makes a document of a file and gives its id. Throws a sentence for a file it refuses. */
  importMarkdown: ((workspaceId: string, file: File) => Promise<string>) | undefined;
  /** Writes the first documents of a new workspace; called by its owner, answers quietly when another tab does it. */
  seedWorkspace: ((workspaceId: string) => Promise<void>) | undefined;
};

export const seams: Seams = {
  renameDocument: async () => {
    throw new Error("Open the document and change its title there.");
  },
  importMarkdown: undefined,
  seedWorkspace: undefined,
};
