/**
 * Who may do what: the one table from which the access tests are made, over HTTP (access-*.test.ts, against any
 * Supabase) and in SQL (access-policies.test.ts, which also takes each policy away and expects a difference).
 * What the database holds and this table does not name is a failure: a new table, function, topic or bucket is
 * entered here first.
 */
import { ROLES } from "./scene.ts";

/** The members by role, one who was an editor, the owner of another workspace, nobody signed in. */
export const ACTORS = [...ROLES, "exMember", "stranger", "anonymous"] as const;
export type Actor = (typeof ACTORS)[number];
export type SignedIn = Exclude<Actor, "anonymous">;

const MEMBERS: readonly Actor[] = ROLES;
const WRITERS: readonly Actor[] = ["owner", "admin", "editor"];
const MANAGERS: readonly Actor[] = ["owner", "admin"];
const SIGNED_IN: readonly Actor[] = ACTORS.filter((actor) => actor !== "anonymous");
const EVERYBODY: readonly Actor[] = ACTORS;
const NOBODY: readonly Actor[] = [];

// ---------------------------------------------------------------- tables

/** Rights on the rows of the scene: its workspace, its document, its owner's profile. */
export interface TableRights {
  /** The column that says which rows are the scene's, and what it holds. */
  readonly key: "workspace_id" | "document_id" | "id";
  readonly of: "workspace" | "document" | "owner";
  readonly select: readonly Actor[];
  /** The columns people may read, where these are not all. */
  readonly columns?: readonly string[];
  readonly insert: readonly Actor[];
  readonly delete: readonly Actor[];
  /** The columns people may change, what to, and who; every other column is refused to all. */
  readonly update: Readonly<Record<string, { readonly to: string; readonly by: readonly Actor[] }>>;
  /** A column that is refused, for the try. */
  readonly fixed: string;
  /** False: written by functions only, even for the server's own key. */
  readonly serverWrites: boolean;
}

const inWorkspace = { key: "workspace_id", of: "workspace", fixed: "workspace_id" } as const;
const inDocument = { key: "document_id", of: "document", fixed: "document_id" } as const;
const readOnly = { insert: NOBODY, delete: NOBODY, update: {} } as const;

export const TABLES: Readonly<Record<string, TableRights>> = {
  profiles: {
    ...{ key: "id", of: "owner", fixed: "created_at", serverWrites: true },
    ...readOnly,
    select: MEMBERS,
    update: { name: { to: "Olga", by: ["owner"] }, color: { to: "3", by: ["owner"] } },
  },
  workspaces: {
    ...{ key: "id", of: "workspace", fixed: "access_epoch", serverWrites: true },
    ...readOnly,
    select: MEMBERS,
    update: { name: { to: "Olga's workspace", by: MANAGERS } },
  },
  workspace_members: { ...inWorkspace, ...readOnly, select: MEMBERS, serverWrites: true },
  invitations: {
    ...inWorkspace,
    ...readOnly,
    select: MANAGERS,
    // Without the hash of the token.
    columns: [
      ...[
        "id",
        "workspace_id",
        "role",
        "created_by",
        "created_at",
        "expires_at",
        "accepted_at",
        "accepted_by",
      ],
      "revoked_at",
    ],
    serverWrites: true,
  },
  documents: { ...inWorkspace, ...readOnly, select: MEMBERS, fixed: "trashed_at", serverWrites: true },
  blocks: { ...inDocument, ...readOnly, select: MEMBERS, serverWrites: false },
  document_heads: { ...inDocument, ...readOnly, select: MEMBERS, serverWrites: false },
  document_sessions: { ...inDocument, ...readOnly, select: MEMBERS, serverWrites: false },
  document_updates: { ...inDocument, ...readOnly, select: MEMBERS, serverWrites: false },
  document_snapshots: { ...inDocument, ...readOnly, select: MEMBERS, serverWrites: false },
  document_links: { ...inDocument, ...readOnly, select: MEMBERS, serverWrites: false },
  document_quarantine: { ...inDocument, ...readOnly, select: MEMBERS, serverWrites: false },
};

/** Of the schema that the API does not show; no role but their owner may touch them. */
export const CLOSED_TABLES: readonly string[] = [
  "append_budgets",
  "departures",
  "embedding_jobs",
  "embedding_models",
  "embedding_models_id_seq",
  "embedding_turns",
  "file_mentions",
  "file_readings",
  "function_nonces",
  "job_watch",
  "metrics_connections",
  "metrics_indexes",
  "metrics_jobs",
  "metrics_queues",
  "metrics_removals",
  "metrics_tables",
  "projection_jobs",
  "removals",
  "runtime_config",
  "workspace_words",
];

// ---------------------------------------------------------------- functions

/** Functions for people. A member without the right is told so; who is no member, that there is nothing. */
export const FUNCTIONS = {
  accept_invitation: SIGNED_IN,
  active_model: SIGNED_IN,
  append_updates: WRITERS,
  // What leads to a document, as far as the asker may read it: to others, nothing.
  backlinks: SIGNED_IN,
  claim_workspace_seed: MEMBERS,
  create_document: WRITERS,
  create_invitation: MANAGERS,
  delete_document_forever: WRITERS,
  describe_invitation: EVERYBODY,
  ensure_account: SIGNED_IN,
  finish_workspace_seed: ["owner"],
  first_blocks: MEMBERS,
  last_edit: MEMBERS,
  list_document_people: MEMBERS,
  list_refused_updates: MEMBERS,
  move_document: WRITERS,
  // Of the asker alone.
  my_data: SIGNED_IN,
  open_document: MEMBERS,
  preview_account_deletion: SIGNED_IN,
  pull_updates: MEMBERS,
  raise_schema_version: WRITERS,
  // Searches find what the asker may read: to others, nothing.
  related_blocks: SIGNED_IN,
  remove_member: MANAGERS,
  restore_document: WRITERS,
  revoke_invitation: MANAGERS,
  search_blocks: SIGNED_IN,
  search_documents: SIGNED_IN,
  search_status: MEMBERS,
  set_member_role: MANAGERS,
  trash_document: WRITERS,
  workspace_home: MEMBERS,
} as const satisfies Record<string, readonly Actor[]>;
export type FunctionName = keyof typeof FUNCTIONS;

/** For the server's own key; closed to everybody else. */
export const SERVER_FUNCTIONS = [
  "admit_function_call",
  "claim_embedding_jobs",
  "claim_projection_jobs",
  "delete_account",
  "explain_queries",
  "fail_embedding",
  "fail_projection",
  "finish_embedding",
  "hand_over_projection",
  "health_report",
  "list_unused_files",
  "note_removed_files",
  "operations_report",
  "preflight_report",
  "prune_log",
  "read_block_hashes",
  "read_document_log",
  "read_embedding_texts",
  "time_opening",
  "write_embeddings",
  "write_projection",
  "write_snapshot",
] as const;

/** What policies and searches call with the asker's rights, so people execute it; all else of that schema is closed. */
export const POLICY_FUNCTIONS: readonly string[] = [
  "active_embedding_model",
  "blocks_with_words",
  "documents_i_write",
  "documents_to_search",
  "fold",
  "is_small_word",
  "my_documents",
  "my_fellows",
  "my_workspaces",
  "nearest_blocks",
  "nearest_by_index",
  "occurrences",
  "parse_query",
  "path_of",
  "related_words",
  "snippet_start",
  "topic_rights",
  "weigh_terms",
  "words_of",
  "workspaces_i_manage",
];

// ---------------------------------------------------------------- topics

/** What Realtime decides by policies on realtime.messages, for each extension. */
export interface TopicRights {
  readonly listen: Readonly<Record<"broadcast" | "presence", readonly Actor[]>>;
  readonly send: Readonly<Record<"broadcast" | "presence", readonly Actor[]>>;
}

/** Private topics `<noun>:<id>:<part>:<access epoch>`. Edits and news of the tree are sent by the database alone. */
export const TOPICS: Readonly<Record<string, TopicRights>> = {
  "document:updates": {
    listen: { broadcast: MEMBERS, presence: NOBODY },
    send: { broadcast: NOBODY, presence: NOBODY },
  },
  "document:awareness": {
    listen: { broadcast: MEMBERS, presence: NOBODY },
    send: { broadcast: MEMBERS, presence: NOBODY },
  },
  "document:presence": {
    listen: { broadcast: MEMBERS, presence: MEMBERS },
    send: { broadcast: NOBODY, presence: MEMBERS },
  },
  "workspace:tree": {
    listen: { broadcast: MEMBERS, presence: NOBODY },
    send: { broadcast: NOBODY, presence: NOBODY },
  },
};

// ---------------------------------------------------------------- files

/** Rights on the files of the scene's document in a bucket, by policies on storage.objects. */
export interface BucketRights {
  readonly public: boolean;
  /** A file's name in the bucket. */
  readonly name: (documentId: string, attachmentId: string) => string;
  readonly select: readonly Actor[];
  readonly insert: readonly Actor[];
  readonly update: readonly Actor[];
  readonly delete: readonly Actor[];
}

export const BUCKETS = {
  attachments: {
    public: false,
    name: (documentId, attachmentId) => `${documentId}/${attachmentId}`,
    select: MEMBERS,
    insert: WRITERS,
    // Never replaced: what a reader has seen stays what it was.
    update: NOBODY,
    delete: WRITERS,
  },
} as const satisfies Record<string, BucketRights>;
