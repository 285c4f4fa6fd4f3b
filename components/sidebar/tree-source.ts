/**
 * Where the sidebar's tree comes from: the rows of `documents` this person may read, the RPCs that change them, and
 * the workspace's private channel that tells of changes. Rows are parsed here; what is inside may trust them.
 */
import * as z from "zod/mini";
import type { TreeChange } from "../../lib/collab/transport.ts";
import type { WorkspaceChannels } from "../../lib/collab/workspace-channel.ts";
import { fromServerError, type ServerError } from "../../lib/core/errors.ts";
import type { BrowserSupabase } from "../../lib/supabase/browser.ts";
import { type FunctionArguments, type FunctionName, forRpc } from "../../lib/supabase/functions.ts";
import { noteEvent } from "../../lib/vitals/note-event.ts";
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

const rowSchema = z.pipe(
  z.object({
    id: z.uuid(),
    parent_path: z.string(),
    sort_order: z.string(),
    title: z.string(),
    trashed_at: z.nullish(z.string()),
  }),
  z.transform((row) => ({
    id: row.id,
    parentPath: row.parent_path,
    sortOrder: row.sort_order,
    title: row.title,
    trashed: row.trashed_at != null,
  })),
);

const keySchema = z.object({ id: z.uuid() });

/** PostgREST hands out at most this many rows at once. */
const PAGE = 1000;

/** Shared with the open document: one private topic a workspace. */
export type TreeChannels = Pick<WorkspaceChannels, "join">;

type Rename = (documentId: string, title: string) => Promise<void>;

/** Both are called at the first use, which is never on the server. */
export function supabaseTree(
  { connect, channels }: { connect: () => Promise<BrowserSupabase>; channels: () => TreeChannels },
  workspaceId: string,
  rename: Rename,
): TreeSource {
  const call = async <Name extends FunctionName>(name: Name, values: FunctionArguments<Name>) =>
    orThrow(await (await connect()).rpc(name, forRpc<Name>(values)));
  const place = (to: Place) => ({ p_parent_id: to.parentId, p_after_id: to.afterId });
  return {
    list: async () => list(await connect(), workspaceId),
    create: async (id, to, title) => {
      await call("create_document", { p_workspace_id: workspaceId, p_id: id, p_title: title, ...place(to) });
      noteEvent("create");
      if (title === "") return;
      // A title lives in the document: the row's alone would go with the first edit.
      await rename(id, title).catch(async (error: unknown) => {
        await call("trash_document", { p_document_id: id });
        throw error;
      });
    },
    move: (id, to) => call("move_document", { p_document_id: id, ...place(to) }),
    rename,
    trash: (id) => call("trash_document", { p_document_id: id }),
    restore: (id) => call("restore_document", { p_document_id: id }),
    follow: (epoch, events) => follow(channels(), workspaceId, epoch, events),
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
  const epoch = Number(z.union([z.number(), z.string()]).parse(workspace.data.access_epoch));
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

function follow(channels: TreeChannels, workspaceId: string, epoch: number, events: TreeEvents): () => void {
  const onTreeChange = ({ type, row }: TreeChange) => {
    if (type === "DELETE") {
      const gone = keySchema.safeParse(row);
      if (gone.success) events.onGone(gone.data.id);
      return;
    }
    const told = rowSchema.safeParse(row);
    // A row that cannot be read is asked for again rather than guessed.
    if (!told.success) events.onEpoch();
    else if (told.data.trashed) events.onGone(told.data.id);
    else events.onRow(told.data);
  };
  const handle = channels.join(workspaceId, epoch, {
    onTreeChange,
    onEpoch: events.onEpoch,
    onJoined: () => events.onLive(true),
    onDown: () => events.onLive(false),
  });
  return handle.leave;
}
