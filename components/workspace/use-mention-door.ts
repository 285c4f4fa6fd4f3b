"use client";
import { useState } from "react";
import type { MentionDoor } from "../../lib/editor/mention.ts";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { readRecent } from "../search/recent.ts";
import { useTreeStore } from "../sidebar/tree-context.tsx";
import { useGo } from "../ui/go.tsx";
import { toast } from "../ui/toast.ts";
import { createMentionDoor } from "./mention-door.ts";
import { createPeopleNames, type PersonName } from "./people-names.ts";

type Place = { workspaceId: string; documentId: string; userId: string; people: readonly PersonName[] };

/** One for the life of a document's page. */
export function useMentionDoor({ workspaceId, documentId, userId, people }: Place): MentionDoor {
  const tree = useTreeStore();
  const go = useGo();
  const [door] = useState(() => {
    const ask = async () => {
      // seldom asked, so that no page loads it with its text
      const { supabaseSearch } = await import("../search/search-source.ts");
      return supabaseSearch(browserSupabase, workspaceId).members();
    };
    return createMentionDoor({
      workspaceId,
      documentId,
      tree,
      people: createPeopleNames(people, ask, () => performance.now()),
      recent: () => readRecent({ userId, workspaceId }).documents,
      go,
      onNotMade: (title, error) =>
        void toast.error(`“${title}” was not created.`, {
          description: `${error instanceof Error ? error.message : "Try again in a moment."} Its name stays in the text.`,
        }),
    });
  });
  return door;
}
