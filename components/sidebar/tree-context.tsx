"use client";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { type Branches, branchesOf, type DocumentRow, type DocumentRows } from "./tree-model.ts";
import { supabaseTree } from "./tree-source.ts";
import { createTreeStore, type TreeStore } from "./tree-store.ts";
import { workspaceChannels } from "./workspace-channels.ts";

const TreeContext = createContext<TreeStore | undefined>(undefined);

type ProviderProps = {
  workspaceId: string;
  epoch: number;
  rows: readonly DocumentRow[];
  rename: (documentId: string, title: string) => Promise<void>;
  onNoAccess: () => void;
  /** Rights changed, perhaps one's own. */
  onNewEpoch: () => void;
  children: ReactNode;
};

/** One living tree for the sidebar, the breadcrumb and the document's own actions. */
export function TreeProvider({
  workspaceId,
  epoch,
  rows,
  rename,
  onNoAccess,
  onNewEpoch,
  children,
}: ProviderProps) {
  const [store] = useState(() => {
    const doors = { connect: browserSupabase, channels: workspaceChannels };
    const source = supabaseTree(doors, workspaceId, rename);
    return createTreeStore({ source, rows, epoch, onNoAccess, onNewEpoch });
  });
  useEffect(() => store.start(), [store]);
  return <TreeContext value={store}>{children}</TreeContext>;
}

export function useTreeStore(): TreeStore {
  const store = useContext(TreeContext);
  if (!store) throw new Error("The tree was asked for outside its TreeProvider.");
  return store;
}

export function useTree(): { rows: DocumentRows; branches: Branches } {
  const store = useTreeStore();
  const rows = useSyncExternalStore(store.subscribe, store.rows, store.rows);
  const branches = useMemo(() => branchesOf(rows), [rows]);
  return { rows, branches };
}
