/**
 * Where the sidebar's tree comes from: the rows of `documents` this person may read, the RPCs that change them, and
 * the workspace's private channel that tells of changes. Rows are parsed here; what is inside may trust them.
 */
import * as z from "zod";
import { fromServerError, type ServerError } from "../../lib/core/errors.ts";
import type { BrowserSupabase } from "../../lib/supabase/browser.ts";
import type { DocumentRow, Place } from "./tree-model.ts";

export type TreeEvents = {
  onRow: (row: DocumentRow) => void;
  onGone: (id: string) => void;
  /** Access rules changed: ask again, with the new epoch. */
  onEpoch: () => void;
  onLive: (live: boolean) => void;
};

export interface TreeSource {
  /** Null when this person no longer has access to the workspace. */
  list(): Promise<{ epoch: number; rows: DocumentRow[] } | null>;
  create(id: string, place: Place, title: string): Promise<void>;
  move(id: string, place: Place): Promise<void>;
  rename(id: string, title: string): Promise<void>;
  trash(id: string): Promise<void>;
  restore(id: string): Promise<void>;
  /** Returns the way to stop. */
  follow(epoch: number, events: TreeEvents): () => void;
}

const rowSchema = z
  .object({
    id: z.uuid(),
    parent_path: z.string(),
    sort_order: z.string(),
    title: z.string(),
    trashed_at: z.string().nullish(),
  })
  .transform((row) => ({
    id: row.id,
    parentPath: row.parent_path,
    sortOrder: row.sort_order,
    title: row.title,
    trashed: row.trashed_at != null,
  }));

const PAGE = 1000;

type Rename = (documentId: string, title: string) => Promise<void>;

/** `connect` is called at the first use, which is never on the server. */
export function supabaseTree(
  connect: () => BrowserSupabase,
  workspaceId: string,
  rename: Rename,
): TreeSource {
  const call = async (name: string, values: Record<string, unknown>) =>
    orThrow(await connect().rpc(name, values));
  const place = (to: Place) => ({ p_parent_id: to.parentId, p_after_id: to.afterId });
  return {
    list: () => list(connect(), workspaceId),
    create: (id, to, title) =>
      call("create_document", { p_workspace_id: workspaceId, p_id: id, p_title: title, ...place(to) }),
    move: (id, to) => call("move_document", { p_document_id: id, ...place(to) }),
    rename,
    trash: (id) => call("trash_document", { p_document_id: id }),
    restore: (id) => call("restore_document", { p_document_id: id }),
    follow: (epoch, events) => follow(connect(), workspaceId, epoch, events),
  };
}

function orThrow(answer: { error: ServerError | null; status: number }) {
  if (answer.error) throw fromServerError(answer.error, answer.status);
}

async function list(client: BrowserSupabase, workspaceId: string) {
  const workspace = await client
    .from("workspaces")
    .select("access_epoch")
    .eq("id", workspaceId)
    .maybeSingle();
  orThrow(workspace);
  if (!workspace.data) return null;
  const epoch = z.coerce.number().parse(workspace.data.access_epoch);
  const rows: DocumentRow[] = [];
  for (let from = 0; ; from += PAGE) {
    const page = await client
      .from("documents")
      .select("id,parent_path,sort_order,title,trashed_at")
      .eq("workspace_id", workspaceId)
      .is("trashed_at", null)
      .order("id")
      .range(from, from + PAGE - 1);
    orThrow(page);
    const found = z.array(rowSchema).parse(page.data);
    rows.push(...found);
    if (found.length < PAGE) return { epoch, rows };
  }
}

function follow(client: BrowserSupabase, workspaceId: string, epoch: number, events: TreeEvents): () => void {
  const channel = client
    .channel(`workspace:${workspaceId}:tree:${epoch}`, { config: { private: true } })
    .on("broadcast", { event: "epoch" }, () => events.onEpoch())
    .on(
      "postgres_changes",
      { event: "*", schema: "public", table: "documents", filter: `workspace_id=eq.${workspaceId}` },
      (change) => {
        if (change.eventType === "DELETE") {
          const gone = z.object({ id: z.uuid() }).safeParse(change.old);
          if (gone.success) events.onGone(gone.data.id);
          return;
        }
        const row = rowSchema.safeParse(change.new);
        // A row that cannot be read is asked for again rather than guessed.
        if (!row.success) events.onEpoch();
        else if (row.data.trashed) events.onGone(row.data.id);
        else events.onRow(row.data);
      },
    );
  let stopped = false;
  // The socket must know who asks before it joins a private channel.
  client.realtime.setAuth().then(
    () => stopped || channel.subscribe((status) => stopped || events.onLive(status === "SUBSCRIBED")),
    () => stopped || events.onLive(false),
  );
  return () => {
    stopped = true;
    client.removeChannel(channel);
  };
}
