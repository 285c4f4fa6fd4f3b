/** A document and its log in SQL alone (hosted.ts): its owner appends, a worker projects, and time can be set back. */
import { createHash, randomUUID } from "node:crypto";
import * as Y from "yjs";
import type { Rpc } from "../functions/_shared/database.ts";
import { type Job, projectJob } from "../functions/process-block/project.ts";
import type { Sql } from "./hosted.ts";
import { callAs, signUp } from "./hosted-scene.ts";

export interface LogScene {
  readonly sql: Sql;
  readonly owner: string;
  readonly documentId: string;
  readonly session: { readonly p_document_id: string; readonly p_session_id: string };
  readonly yjsClientId: number;
}

export interface Appended {
  readonly headSeq: number;
  readonly accepted: readonly { clientSeq: number; seq: number }[];
}

export interface Pulled {
  readonly headSeq: number;
  readonly schemaVersion: number;
  readonly snapshot: { readonly uptoSeq: number; readonly state: string } | null;
  readonly updates: readonly { readonly seq: number; readonly data: string }[];
  readonly quarantined: readonly number[];
}

let clients = 10;

export async function openLog(sql: Sql, more: { p_schema_version?: number } = {}): Promise<LogScene> {
  const owner = await signUp(sql, "Olga");
  const { workspaceId } = await callAs<{ workspaceId: string }>(sql, owner, "ensure_account");
  const made = await callAs<{ id: string }>(sql, owner, "create_document", { p_workspace_id: workspaceId });
  return { sql, owner, documentId: made.id, ...(await openAs(sql, owner, made.id, more)) };
}

export async function openAs(
  sql: Sql,
  person: string,
  documentId: string,
  more: { p_schema_version?: number } = {},
) {
  clients += 1;
  const session = { p_document_id: documentId, p_session_id: randomUUID() };
  await callAs(sql, person, "open_document", { ...session, p_yjs_client_id: clients, ...more });
  return { session, yjsClientId: clients };
}

export const bytes = (text: string | Uint8Array) => Buffer.from(text).toString("base64");

export const append = (
  { sql, owner, session }: LogScene,
  ...updates: { clientSeq: number; data: string }[]
): Promise<Appended> => callAs(sql, owner, "append_updates", { ...session, p_updates: updates });

export const pull = ({ sql, owner, documentId }: LogScene, after = 0): Promise<Pulled> =>
  callAs(sql, owner, "pull_updates", { p_document_id: documentId, p_after: after });

/** What a call is refused with, as "PT429 too_fast"; "" when it is not. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "";
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    return `${code} ${message}`;
  }
}

/** One value of one row, as the superuser. */
export async function oneValue<Value>(sql: Sql, query: string): Promise<Value> {
  const [row] = await sql.query<Record<string, Value>>(query);
  return Object.values(row ?? {})[0] as Value;
}

/** An honest document of that session, whose updates are appended one by one. */
export function writerOf(scene: LogScene) {
  const doc = new Y.Doc();
  doc.clientID = scene.yjsClientId;
  const waiting: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => waiting.push(update));
  let clientSeq = 0;
  const sent: { clientSeq: number; data: string }[] = [];
  return {
    doc,
    sent,
    async write(count: number) {
      for (let at = 0; at < count; at += 1) doc.getText("title").insert(doc.getText("title").length, "x");
      for (const data of waiting.splice(0)) {
        clientSeq += 1;
        sent.push({ clientSeq, data: bytes(data) });
      }
      for (let at = sent.length - count; at < sent.length; at += 100)
        await append(scene, ...sent.slice(at, at + 100));
    },
  };
}

export function rpcOf(sql: Sql): Rpc {
  return <Answer>(name: string, values: Record<string, unknown>) => {
    const arrays = Object.entries(values).map(([key, value]) => [
      key,
      key === "p_deletes" ? `{${(value as string[]).join()}}` : value,
    ]);
    return callAs<Answer>(sql, "service_role", name, Object.fromEntries(arrays));
  };
}

export async function lease({ sql, documentId }: LogScene): Promise<Job> {
  await sql.exec(`insert into private.projection_jobs (document_id) values ('${documentId}') on conflict do nothing;
    update private.projection_jobs set due_at = clock_timestamp(), leased_until = null
    where document_id = '${documentId}'`);
  const { jobs } = await rpcOf(sql)<{ jobs: Job[] }>("claim_projection_jobs", {
    p_limit: 1,
    p_document_id: documentId,
  });
  const [job] = jobs;
  if (job === undefined) throw new Error("There is no job.");
  return job;
}

/** What process-block does with the document. */
export async function project(scene: LogScene): Promise<void> {
  await projectJob(rpcOf(scene.sql), await lease(scene));
}

/** Keeps a snapshot of everything up to now, and sets its time back. */
export async function keepSnapshot(scene: LogScene, state: Uint8Array, hoursAgo = 0): Promise<void> {
  const { sql, documentId } = scene;
  const { documentId: id, lease: p_lease } = await lease(scene);
  const upto = await oneValue<number>(
    sql,
    `select last_seq::int from public.document_heads where document_id = '${documentId}'`,
  );
  await rpcOf(sql)("write_snapshot", {
    ...{ p_document_id: id, p_lease, p_upto_seq: upto },
    ...{ p_state: bytes(state), p_sha256: createHash("sha256").update(state).digest("hex") },
  });
  await setBack(
    sql,
    `update public.document_snapshots set created_at = now() - interval '${hoursAgo} hours'
     where document_id = '${documentId}' and upto_seq = ${upto}`,
  );
}

/** Past the triggers, as only a superuser can. */
export async function setBack(sql: Sql, statement: string): Promise<void> {
  await sql.exec(`begin; set local session_replication_role = replica; ${statement}; commit`);
}
