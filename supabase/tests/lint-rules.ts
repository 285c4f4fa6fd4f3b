/**
 * What a database of ours must not hold: the rules of Supabase's linter that matter here (facts from
 * supabase/splinter) and some of our own, each as one query that gives a row, `item`, for each finding, and with
 * a violation that it must find. Rules left out on purpose: unused indexes and bloat (they need traffic), definer
 * functions that people execute (our API is made of them; access-catalog.test.ts lists them), pg_graphql (not used).
 */
import { FUNCTIONS } from "./permissions.ts";

export interface Rule {
  readonly name: string;
  readonly sql: string;
  /** A violation, and the item that it gives. */
  readonly planted: string;
  readonly item: string;
}

const OURS = "c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)";
const TABLES = `pg_class c where ${OURS} and c.relkind in ('r', 'p')`;
/** Also the tables of other services on which our migrations make policies. */
const POLICIES = "pg_policies p where p.schemaname in ('public', 'private', 'realtime', 'storage')";
const EXPRESSION = "coalesce(p.qual, '') || ' ' || coalesce(p.with_check, '')";
const ASKERS = "unnest(array['anon', 'authenticated']) asker";

const planted = "create table public.planted (id int primary key)";
const guarded = `${planted}; alter table public.planted enable row level security;
  alter table public.planted force row level security`;
const policy = (rest: string) => `${guarded}; create policy planted on public.planted ${rest}`;

const ROW_SECURITY: readonly Rule[] = [
  {
    name: "a table without row security",
    sql: `select c.oid::regclass::text as item from ${TABLES} and not c.relrowsecurity`,
    planted,
    item: "planted",
  },
  {
    name: "row security that its owner passes by",
    sql: `select c.oid::regclass::text as item from ${TABLES} and not c.relforcerowsecurity`,
    planted: `${planted}; alter table public.planted enable row level security`,
    item: "planted",
  },
  {
    name: "a policy that does nothing, since row security is off",
    sql: `select p.policyname as item from ${POLICIES} and not (
            select c.relrowsecurity from pg_class c where c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass)`,
    planted: `${planted}; create policy planted on public.planted for select to authenticated using (id = 1)`,
    item: "planted",
  },
  {
    name: "row security that shows nothing to those who were granted the table",
    sql: `select c.oid::regclass::text as item from ${TABLES} and c.relrowsecurity
          and not exists (select from pg_policy p where p.polrelid = c.oid)
          and exists (select from ${ASKERS} where has_any_column_privilege(asker, c.oid, 'select, insert, update'))`,
    planted: `${guarded}; grant select on public.planted to authenticated`,
    item: "planted",
  },
  {
    name: "a published table without row security",
    sql: `select p.tablename as item from pg_publication_tables p join pg_class c
            on c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass
          where p.pubname = 'supabase_realtime' and not c.relrowsecurity`,
    planted: `${planted}; alter publication supabase_realtime add table public.planted`,
    item: "planted",
  },
];

const POLICY: readonly Rule[] = [
  {
    name: "a policy that is always true",
    sql: `select p.policyname as item from ${POLICIES}
          and (p.qual ~* '^[\\s(]*(true|1 = 1)[\\s)]*$' or p.with_check ~* '^[\\s(]*(true|1 = 1)[\\s)]*$')`,
    planted: policy("for update to authenticated using (id = 1) with check (true)"),
    item: "planted",
  },
  {
    name: "a policy that is true for who is not signed in",
    sql: `select p.policyname as item from ${POLICIES} and ${EXPRESSION}
          ~* '((auth\\.(uid|jwt|role|email)\\(\\)|current_setting\\([^)]*\\))( AS \\w+)?\\)?) IS NULL'`,
    planted: policy("for select to authenticated using ((select auth.uid()) is null or id = 1)"),
    item: "planted",
  },
  {
    name: "a policy that believes what people say of themselves",
    sql: `select p.policyname as item from ${POLICIES} and ${EXPRESSION} ~ 'user_meta_?data'`,
    planted: policy(
      "for select to authenticated using ((select auth.jwt()) -> 'user_metadata' ->> 'role' = 'admin')",
    ),
    item: "planted",
  },
  {
    name: "a policy for others than the signed-in",
    sql: `select p.policyname as item from ${POLICIES} and p.roles <> '{authenticated}'`,
    planted: policy("for select using (id = 1)"),
    item: "planted",
  },
  {
    name: "two policies where either lets in",
    sql: `select p.tablename || ' ' || verb as item
          from pg_policies p cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) verb
          where p.schemaname in ('public', 'private', 'realtime', 'storage') and p.permissive = 'PERMISSIVE'
            and p.cmd in (verb, 'ALL')
          group by p.schemaname, p.tablename, p.roles, verb
          having count(*) > 1 and bool_or(p.schemaname <> 'storage')`,
    planted: `${policy("for select to authenticated using (id = 1)")};
      create policy planted_too on public.planted to authenticated using (id = 2)`,
    item: "planted SELECT",
  },
  {
    name: "a policy that asks who asks once a row",
    sql: `select p.policyname as item from ${POLICIES} and regexp_replace(${EXPRESSION},
            'SELECT (auth\\.(uid|jwt|role|email)|realtime\\.topic)\\(\\)', '', 'gi')
          ~ '((auth\\.(uid|jwt|role|email)|realtime\\.topic)\\(\\)|current_setting\\()'`,
    planted: policy("for select to authenticated using (id = 1 and auth.uid() is not null)"),
    item: "planted",
  },
  {
    name: "a policy that calls a helper once a row",
    sql: `select p.policyname as item from ${POLICIES}
          and regexp_replace(${EXPRESSION}, '(SELECT|FROM) private\\.\\w+\\(', '', 'g') ~ 'private\\.\\w+\\('`,
    planted: policy("for select to authenticated using (private.label(gen_random_uuid()) is not null)"),
    item: "planted",
  },
];

const EXPOSURE: readonly Rule[] = [
  {
    name: "a view that asks with its owner's rights",
    sql: `select c.oid::regclass::text as item from pg_class c where ${OURS} and c.relkind = 'v'
          and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false)`,
    planted: "create view public.planted as select id from public.profiles",
    item: "planted",
  },
  {
    name: "a materialized view or foreign table in the API, which has no row security",
    sql: `select c.oid::regclass::text as item from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('m', 'f')`,
    planted: "create materialized view public.planted as select 1 as one",
    item: "planted",
  },
  {
    name: "a view on the accounts",
    sql: `select distinct c.oid::regclass::text as item from pg_class c join pg_rewrite r on r.ev_class = c.oid
          join pg_depend d on d.objid = r.oid and d.refobjid = 'auth.users'::regclass where ${OURS}`,
    planted: "create view public.planted with (security_invoker = on) as select id, email from auth.users",
    item: "planted",
  },
  {
    name: "a function that takes its search path from the caller",
    sql: `select p.oid::regproc::text as item from pg_proc p
          where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
            and not coalesce(p.proconfig @> array['search_path=""'], false)`,
    planted: "alter function public.ensure_account() reset search_path",
    item: "ensure_account",
  },
  {
    name: "a definer function with a search path other than the empty one",
    sql: `select p.oid::regproc::text as item from pg_proc p
          where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prosecdef
            and not coalesce(p.proconfig @> array['search_path=""'], false)`,
    planted: "alter function private.my_documents() set search_path = public",
    item: "private.my_documents",
  },
  {
    name: "a function that who is not signed in may execute",
    sql: `select p.proname as item from pg_proc p
          where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
            and has_function_privilege('anon', p.oid, 'execute')
            and p.proname <> all ('{${Object.entries(FUNCTIONS)
              .filter(([, allowed]) => (allowed as readonly string[]).includes("anonymous"))
              .map(([name]) => name)
              .join(",")}}')`,
    planted: "grant execute on function public.pull_updates(uuid, bigint) to public",
    item: "pull_updates",
  },
  {
    name: "an extension in the API's schema",
    sql: "select extname as item from pg_extension where extnamespace = 'public'::regnamespace",
    planted: "alter extension unaccent set schema public",
    item: "unaccent",
  },
  {
    name: "a column that sounds like a secret, open to people",
    sql: `select distinct c.relname || '.' || a.attname as item from pg_attribute a join pg_class c on c.oid = a.attrelid
          cross join ${ASKERS}
          where ${OURS} and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped
            and a.attname ~ '(passw|pwd|passphrase|secret|token|api_?key|private_key|credential|jwt|otp$|recovery|cvv|iban|ssn$)'
            and has_column_privilege(asker, c.oid, a.attnum, 'select')`,
    planted: "grant select on public.invitations to authenticated",
    item: "invitations.token_hash",
  },
  {
    name: "a column that only functions change, open to people",
    sql: `select distinct c.relname || '.' || a.attname as item from pg_attribute a join pg_class c on c.oid = a.attrelid
          cross join ${ASKERS}
          where ${OURS} and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
            and a.attname ~ '^(id|role|sort_order|parent_path|access_epoch|seq|.*_(id|at|by|root|seq|hash))$'
            and has_column_privilege(asker, c.oid, a.attnum, 'update')`,
    planted: "grant update (parent_path) on public.documents to authenticated",
    item: "documents.parent_path",
  },
  {
    name: "a public bucket whose files can be listed",
    sql: `select b.id as item from storage.buckets b where b.public and exists (
            select from pg_policies p where p.schemaname = 'storage' and p.tablename = 'objects'
              and p.cmd in ('SELECT', 'ALL') and p.qual like '%' || b.id || '%')`,
    planted: `insert into storage.buckets (id, name, public) values ('planted', 'planted', true);
      create policy planted on storage.objects for select to authenticated using (bucket_id = 'planted')`,
    item: "planted",
  },
];

const SHAPE: readonly Rule[] = [
  {
    name: "a reference without an index",
    sql: `select k.conname as item from pg_constraint k join pg_class c on c.oid = k.conrelid
          where k.contype = 'f' and ${OURS} and not exists (
            select from pg_index i where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
              and (i.indkey::int2[])[0:array_length(k.conkey, 1) - 1] @> k.conkey)`,
    planted: `${guarded}; alter table public.planted add person uuid constraint planted_person references auth.users (id)`,
    item: "planted_person",
  },
  {
    name: "the same index twice",
    sql: `select (array_agg(i.indexrelid::regclass::text order by i.indexrelid desc))[1] as item
          from pg_index i join pg_class c on c.oid = i.indrelid where ${OURS}
          group by i.indrelid, i.indkey, i.indclass::text, i.indcollation::text, i.indoption::text,
            coalesce(pg_get_expr(i.indpred, i.indrelid), ''), coalesce(pg_get_expr(i.indexprs, i.indrelid), '')
          having count(*) > 1`,
    planted: "create index planted on public.documents (created_by)",
    item: "planted",
  },
  {
    name: "an index that is not valid",
    sql: `select i.indexrelid::regclass::text as item from pg_index i join pg_class c on c.oid = i.indrelid
          where ${OURS} and not (i.indisvalid and i.indisready)`,
    planted: `create index planted on public.documents (title);
      update pg_index set indisvalid = false where indexrelid = 'public.planted'::regclass`,
    item: "planted",
  },
  {
    name: "a table without a primary key",
    sql: `select c.oid::regclass::text as item from ${TABLES} and not exists (
            select from pg_index i where i.indrelid = c.oid and i.indisprimary)`,
    planted: "create table private.planted (id int)",
    item: "private.planted",
  },
  {
    name: "a reference to something of an account that may change",
    sql: `select k.conname as item from pg_constraint k
          where k.contype = 'f' and k.confrelid = 'auth.users'::regclass and k.confkey <> (
            select p.conkey from pg_constraint p where p.conrelid = k.confrelid and p.contype = 'p')`,
    planted: `${guarded}; alter table public.planted add phone text constraint planted_phone references auth.users (phone)`,
    item: "planted_phone",
  },
  {
    name: "a type that a newer Postgres cannot take over",
    sql: `select c.relname || '.' || a.attname as item from pg_attribute a join pg_class c on c.oid = a.attrelid
          where ${OURS} and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
            and a.atttypid in ('regproc'::regtype, 'regprocedure'::regtype, 'regoper'::regtype,
              'regoperator'::regtype, 'regconfig'::regtype, 'regdictionary'::regtype, 'regcollation'::regtype)`,
    planted: `${guarded}; alter table public.planted add configuration regconfig`,
    item: "planted.configuration",
  },
  {
    name: "a table that is never vacuumed",
    sql: `select c.oid::regclass::text as item from ${TABLES}
          and coalesce(c.reloptions && array['autovacuum_enabled=false', 'autovacuum_enabled=off'], false)`,
    planted: "alter table public.blocks set (autovacuum_enabled = false)",
    item: "blocks",
  },
];

export const RULES: readonly Rule[] = [...ROW_SECURITY, ...POLICY, ...EXPOSURE, ...SHAPE];
