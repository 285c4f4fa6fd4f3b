"use client";
import { useEffect, useMemo, useState } from "react";
import { systemClock } from "../../lib/collab/clock.ts";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { useStore } from "../editor/use-session.ts";
import { LinkedList } from "../linked/linked-list.tsx";
import { askForLinked } from "../linked/linked-source.ts";
import { createLinkedStore } from "../linked/linked-store.ts";
import { useTree } from "../sidebar/tree-context.tsx";
import { ancestorsOf, titleOf } from "../sidebar/tree-model.ts";
import { documentPath } from "../sidebar/use-document-actions.ts";
import { workspaceChannels } from "../sidebar/workspace-channels.ts";

type Props = { workspaceId: string; documentId: string };

/** Titles and places are the tree's, which follows every change; what is not in it (the trash) is not shown. */
export function LinkedFrom({ workspaceId, documentId }: Props) {
  const { rows, branches } = useTree();
  const [store] = useState(() =>
    createLinkedStore(async () => askForLinked(await browserSupabase(), documentId), systemClock),
  );
  useEffect(() => {
    store.askSoon();
    // the tree joined the topic, and knows its epoch
    const handle = workspaceChannels().join(workspaceId, 0, {
      onTreeChange: store.hear,
      onJoined: store.askSoon,
    });
    return handle.leave;
  }, [store, workspaceId]);
  const linked = useStore(store.linked);
  const lines = useMemo(
    () =>
      linked.flatMap((one) => {
        const row = rows.get(one.documentId);
        if (!row) return [];
        const above = ancestorsOf(branches, row.id).map((id) => titleOf(rows.get(id)));
        const href = `${documentPath(workspaceId, row.id)}#${one.blockId}`;
        return [{ ...one, title: titleOf(row), where: above.join(" / "), href }];
      }),
    [linked, rows, branches, workspaceId],
  );
  return <LinkedList lines={lines} />;
}
