/**
 * Workspaces, documents and blocks in SQL alone, for what the database decides about vectors and search: rows are
 * written as process-block writes them, and everybody asks with the rights they have.
 */
import { createHash, randomUUID } from "node:crypto";
import type { Rpc } from "../functions/_shared/database.ts";
import { openProject, type Sql } from "./hosted.ts";

export interface SearchScene {
  readonly sql: Sql;
  /** The functions of the server, as its key calls them. */
  readonly rpc: Rpc;
  newPerson(): Promise<string>;
  newWorkspace(ownerId: string): Promise<string>;
  join(workspaceId: string, userId: string, role: string): Promise<void>;
  newDocument(workspaceId: string, more?: { title?: string; parent?: Doc; by?: string }): Promise<Doc>;
  /** Writes one block, new or changed; its id. */
  write(
    documentId: string,
    text: string,
    more?: { id?: string; type?: string; runs?: readonly object[] },
  ): Promise<string>;
  /** What a person gets from a function for people. */
  ask<Row extends object>(userId: string, name: string, values: Record<string, unknown>): Promise<Row[]>;
}

export interface Doc {
  readonly id: string;
  readonly path: string;
}

/** A value as SQL: what a function's argument takes. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one !== "object"))
    return `array[${value.map(literal).join()}]${typeof value[0] === "number" ? "::bigint[]" : "::text[]"}`;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `'${text.replaceAll("'", "''")}'`;
}

const argumentsOf = (values: Record<string, unknown>) =>
  Object.entries(values)
    .map(([name, value]) => `${name} => ${literal(value)}`)
    .join(", ");

export async function openSearchScene(engine?: Sql["engine"]): Promise<SearchScene> {
  const sql = await openProject(engine);
  const rpc: Rpc = async <Answer>(name: string, values: Record<string, unknown>) => {
    await sql.exec("set role service_role");
    try {
      const [row] = await sql.query<{ answer: Answer }>(
        `select public.${name}(${argumentsOf(values)}) as answer`,
      );
      return row?.answer as Answer;
    } finally {
      await sql.exec("reset role");
    }
  };
  return {
    sql,
    rpc,
    async newPerson() {
      const id = randomUUID();
      await sql.query("insert into auth.users (id, email) values ($1, $2)", [id, `${id}@example.com`]);
      return id;
    },
    async newWorkspace(ownerId) {
      const id = randomUUID();
      await sql.exec(`insert into public.workspaces (id, name) values ('${id}', 'W');
        insert into public.workspace_members (workspace_id, user_id, role) values ('${id}', '${ownerId}', 'owner')`);
      return id;
    },
    async join(workspaceId, userId, role) {
      await sql.exec(`insert into public.workspace_members (workspace_id, user_id, role)
        values ('${workspaceId}', '${userId}', '${role}')`);
    },
    async newDocument(workspaceId, { title = "", parent, by } = {}) {
      const id = randomUUID();
      const path = parent ? [parent.path, parent.id.replaceAll("-", "")].filter(Boolean).join(".") : "";
      await sql.query(
        `insert into public.documents (id, workspace_id, parent_path, sort_order, title, created_by)
         values ($1, $2, $3::text::extensions.ltree, 'a0', $4, $5)`,
        [id, workspaceId, path, title, by ?? null],
      );
      return { id, path };
    },
    async write(documentId, text, { id = randomUUID(), type = "paragraph", runs } = {}) {
      const content = JSON.stringify(runs ? { text: runs } : {});
      const hash = createHash("sha256").update(`${type} ${text} ${content}`).digest("hex");
      await sql.query(
        `insert into public.blocks as b (document_id, id, sort_order, type, content, plain_text, content_hash)
         values ($1, $2, 'a0', $3, $6::text::jsonb, $4, decode($5, 'hex'))
         on conflict (document_id, id) do update set type = excluded.type, content = excluded.content, plain_text = excluded.plain_text,
           content_hash = excluded.content_hash, updated_at = now()
         where b.content_hash <> excluded.content_hash`,
        [documentId, id, type, text, hash, content],
      );
      return id;
    },
    async ask<Row extends object>(userId: string, name: string, values: Record<string, unknown>) {
      const claims = JSON.stringify({ sub: userId, role: "authenticated" });
      await sql.exec(`begin; set local role authenticated; set local request.jwt.claims = '${claims}'`);
      try {
        return await sql.query<Row>(`select * from public.${name}(${argumentsOf(values)})`);
      } finally {
        await sql.exec("rollback");
      }
    },
  };
}

/**
 * A vector that depends on the words alone: texts that share words are near each other, and `synonyms` makes words one.
 */
export function vectorOf(text: string, synonyms: Readonly<Record<string, string>> = {}): number[] {
  const vector: number[] = new Array(384).fill(0);
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const bytes = createHash("sha256")
      .update(synonyms[word] ?? word)
      .digest();
    for (let at = 0; at < 8; at += 1) {
      const place = bytes.readUInt16BE(at * 2) % 384;
      vector[place] = (vector[place] ?? 0) + ((bytes[20 + at] ?? 0) % 2 === 0 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
