/** What comes into a workspace and goes out of it in files; the frame gives it, bound to its place. */
import type { WorkResult, WorkWishes } from "../ui/use-work.tsx";
import type { TreeNode } from "./tree-nodes.ts";

export type Exchange = {
  /** Makes a document of one file and gives its id; throws a sentence for a file it refuses. */
  readonly importFile: (file: File) => Promise<string>;
  /** Makes documents of a zip, a folder or several files. */
  readonly importTree: (
    files: readonly File[],
    wishes: WorkWishes,
  ) => Promise<WorkResult & { firstId: string | null }>;
  /** The same once more, with all inside it, behind `afterId`. */
  readonly duplicate: (
    node: TreeNode,
    where: { readonly parentId: string | null; readonly afterId: string },
    wishes: WorkWishes,
  ) => Promise<WorkResult & { firstId: string | null }>;
  /** Saves documents with all inside them as a zip. */
  readonly exportTree: (name: string, nodes: readonly TreeNode[], wishes: WorkWishes) => Promise<WorkResult>;
};
