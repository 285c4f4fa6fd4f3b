/** Errors that the campaigns must find, as texts to replace in a copy of the stand-in or of its database. */
import type { StandInPlant } from "../../supabase/tests/plant.ts";

const ANSWER = "return toResponse(found, await database.script(script));";

const LOCK =
  "select h.* into v_head from public.document_heads h where h.document_id = p_document_id for update;";

/** Snapshots so often that a short history has some: the product with one number changed, no error. */
export const FREQUENT_SNAPSHOTS: StandInPlant = {
  error: "a snapshot every 20 rows",
  file: "functions/process-block/project.ts",
  from: "{ rows: 500,",
  to: "{ rows: 20,",
};

/** A lease of two seconds instead of thirty, so that the work of a killed worker is soon taken up again. */
export const SHORT_LEASES: readonly StandInPlant[] = [
  "sql:public.claim_projection_jobs",
  "sql:private.hold_lease",
].map((file) => ({
  error: "a lease of two seconds",
  file,
  from: "+ interval '30 seconds'",
  to: "+ interval '2 seconds'",
}));

export const PLANTS = {
  "acknowledge-before-commit": [
    {
      error: "the answer goes out before the commit",
      file: "rpc.ts",
      from: ANSWER,
      to: `if (name !== "append_updates") ${ANSWER}
    return await new Promise<Response>((resolve, reject) => {
      const parts = [...settings(request, caller, name), call(found, given, body || "{}"), RESPONSE];
      database.transaction(async (tx) => {
        const results: Record<string, unknown>[][] = [];
        for (const part of parts) results.push((await tx.query<Record<string, unknown>>(part)).rows);
        resolve(toResponse(found, results));
        await new Promise((done) => setTimeout(done, 700));
      }).catch(reject);
    });`,
    },
  ],
  "show-before-commit": [
    {
      error: "a message goes out before the commit of what it tells",
      file: "rpc.ts",
      from: ANSWER,
      to: `if (name !== "append_updates") ${ANSWER}
    const parts = [...settings(request, caller, name), call(found, given, body || "{}"), RESPONSE];
    const results = await database.transaction(async (tx) => {
      const all: Record<string, unknown>[][] = [];
      for (const part of parts) all.push((await tx.query<Record<string, unknown>>(part)).rows);
      const { rows } = await tx.query<{ text: string }>(
        "select realtime.tell(m) as text from realtime.messages m order by m.inserted_at desc limit 1");
      (globalThis as { tellEarly?: (text: string) => void }).tellEarly?.(rows[0]?.text ?? "");
      await new Promise((done) => setTimeout(done, 700));
      return all;
    });
    return toResponse(found, results);`,
    },
    {
      error: "the way to tell early",
      file: "realtime-stored.ts",
      from: "  const take = (text: string): Promise<void> | undefined => {",
      to: `  (globalThis as { tellEarly?: (text: string) => void }).tellEarly = (text) => {
    if (text !== "") tell(text);
  };
  const take = (text: string): Promise<void> | undefined => {`,
    },
  ],
  "duplicate-check-before-lock": [
    {
      error: "what is stored is looked up before the head is locked",
      file: "sql:public.append_updates",
      from: LOCK,
      to: `perform set_config('planted.known', coalesce((select jsonb_agg(u.seq) from public.document_updates u
    where u.document_id = p_document_id), '[]')::text, true);
  ${LOCK}`,
    },
    {
      error: "what is stored is what was before the lock",
      file: "sql:public.append_updates",
      from: "left join public.document_updates known on",
      to: `left join (select u.* from public.document_updates u where u.document_id = p_document_id
      and current_setting('planted.known')::jsonb @> to_jsonb(u.seq)) known on`,
    },
  ],
  "seq-from-a-sequence": [
    {
      error: "seq comes from a sequence instead of the locked counter",
      file: "sql:public.append_updates",
      from: "v_last := v_head.last_seq;",
      to: `execute format('create sequence if not exists private.%I', 'seq_' || p_document_id);
  select max(nextval(format('private.%I', 'seq_' || p_document_id)::regclass)) - jsonb_array_length(p_updates)
  into v_last from jsonb_array_elements(p_updates);`,
    },
  ],
  "guard-off": [
    {
      error: "the projector takes every row",
      file: "functions/process-block/project.ts",
      from: `  if (verdict.ok) core.applyUpdate(doc, data);
  else refused.push({ seq: row.seq, reason: verdict.reason });`,
      to: `  if (!verdict.ok) console.error("process-block: taken all the same:", verdict.reason);
  core.applyUpdate(doc, data);`,
    },
  ],
} as const satisfies Record<string, readonly StandInPlant[]>;

export type PlantName = keyof typeof PLANTS;

export function plantsOf(name: string | null): readonly StandInPlant[] {
  if (name === null) return [];
  const found: Readonly<Record<string, readonly StandInPlant[]>> = PLANTS;
  const plants = found[name];
  if (plants === undefined) throw new Error(`There is no plant ${name}.`);
  return plants;
}
