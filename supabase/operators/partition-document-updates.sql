-- For operators of large projects: turns the log, public.document_updates, into 16 partitions by hash of the document.
-- Not a migration: a project needs it only when one table becomes unwieldy, say beyond 100 million rows or 100 GB, so
-- that vacuum and index maintenance take pieces. Every query of ours names the document and so touches one partition.
--
-- Before: a backup, and a quiet hour. Appends wait from the first statement to the commit, about a minute for ten
-- million small rows; clients keep what is typed meanwhile and send it afterwards. It needs free space for a second
-- copy of the table. Run it as the role that owns the tables (`postgres` on hosted projects), in one transaction:
--
--   psql "$DATABASE_URL" --single-transaction --set ON_ERROR_STOP=1 --file partition-document-updates.sql
--
-- The table keeps its name, keys, foreign keys, policy, grants and triggers; functions go on unchanged. Partitions lie
-- in a schema that no role of the API may use. supabase/tests/partitions.test.ts runs it, and the log over it.

lock table public.document_updates in access exclusive mode;
alter table public.document_updates rename to document_updates_whole;
alter table public.document_updates_whole set schema private;

create table public.document_updates (
  document_id uuid not null,
  seq bigint not null check (seq > 0),
  session_id uuid not null,
  client_seq bigint not null check (client_seq >= 0),
  data bytea storage external not null check (octet_length(data) between 1 and 1000000),
  sha256 bytea not null check (octet_length(sha256) = 32),
  created_at timestamptz not null default clock_timestamp()
) partition by hash (document_id);

create schema partitions;
revoke all on schema partitions from public, anon, authenticated, service_role;
do $$ begin
  for part in 0 .. 15 loop
    execute format('create table partitions.document_updates_%s partition of public.document_updates
      for values with (modulus 16, remainder %s)', part, part);
    execute format('alter table partitions.document_updates_%s enable row level security', part);
    execute format('alter table partitions.document_updates_%s force row level security', part);
    execute format('revoke all on partitions.document_updates_%s from public, anon, authenticated, service_role', part);
    -- As migration 20261126002010 has it for the whole.
    execute format('alter table partitions.document_updates_%s set (autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
      autovacuum_vacuum_cost_delay = 1)', part);
  end loop;
end $$;

insert into public.document_updates (document_id, seq, session_id, client_seq, data, sha256, created_at)
select document_id, seq, session_id, client_seq, data, sha256, created_at from private.document_updates_whole;
drop table private.document_updates_whole;

alter table public.document_updates
  alter column document_id set statistics 500,
  add constraint document_updates_pkey primary key (document_id, seq),
  add constraint document_updates_document_id_session_id_client_seq_key unique (document_id, session_id, client_seq),
  add constraint document_updates_document_id_fkey
    foreign key (document_id) references public.documents (id) on delete cascade,
  add constraint document_updates_document_id_session_id_fkey
    foreign key (document_id, session_id) references public.document_sessions (document_id, session_id);

create trigger updates_are_never_changed before update on public.document_updates
for each row execute function private.refuse_change();
create trigger request_projection after insert on public.document_updates
referencing new table as fresh for each statement execute function private.request_projection();

alter table public.document_updates enable row level security;
alter table public.document_updates force row level security;
create policy "Members see the log of their documents" on public.document_updates
for select to authenticated using (document_id in (select private.my_documents()));
revoke all on public.document_updates from anon, authenticated;
grant select on public.document_updates to authenticated;
revoke insert, update, delete, truncate on public.document_updates from service_role;

-- Whoever asks PostgREST must not meet its picture of the old table.
notify pgrst, 'reload schema';
analyze public.document_updates;
