-- What the database clears away by itself: documents that lay in the trash for 30 days, the space of rows that are gone,
-- and jobs whose row was lost. Each may run twice, or by hand. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- ---------------------------------------------------------------- what was removed

-- What no person deleted in so many words: which document, how many files, when. No names, no content; kept for 400 days.
create table if not exists private.removals (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('document', 'files', 'account', 'workspace')),
  -- The document or workspace; null where there is no one thing to name, or nobody may be named.
  subject_id uuid,
  amount bigint not null default 1,
  removed_at timestamptz not null default clock_timestamp()
);
create index if not exists idx_removals_at on private.removals (removed_at);
alter table private.removals enable row level security;
alter table private.removals force row level security;
revoke all on private.removals from public, anon, authenticated, service_role;

-- By day: how much of what was removed.
create or replace view private.metrics_removals with (security_invoker = on) as
select r.removed_at::date as day, r.kind, sum(r.amount)::bigint as amount from private.removals r group by 1, 2;
revoke all on private.metrics_removals from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------- the trash

create or replace function private.trash_kept_for() returns interval
language sql immutable set search_path = '' as $$
  select interval '30 days'
$$;

-- Deletes up to about p_documents documents that have lain in the trash too long, what is inside before what it is in; how
-- many. Whoever restores holds the lock of the tree: what is restored meanwhile is not among them, and a document with
-- something below it that is kept is kept, too. A tree that is busy waits for the next run.
create or replace function private.purge_trash(p_documents bigint default 500) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_before constant timestamptz := now() - private.trash_kept_for();
  v_workspace_id uuid;
  v_doomed uuid[];
  v_count bigint;
  v_all bigint := 0;
begin
  for v_workspace_id in
    select d.workspace_id from public.documents d
    where d.trashed_root is not null and d.trashed_at < v_before
    group by 1 order by min(d.trashed_at) limit 100
  loop
    exit when v_all >= p_documents;
    continue when not pg_try_advisory_xact_lock(hashtextextended('tree:' || v_workspace_id, 0));
    v_doomed := array(
      select d.id from public.documents d
      where d.workspace_id = v_workspace_id and d.trashed_root is not null and d.trashed_at < v_before and not exists (
        select from public.documents kept
        where kept.workspace_id = v_workspace_id
          and kept.parent_path operator(extensions.<@) (d.parent_path operator(extensions.||) private.label(d.id))
          and (kept.trashed_at is null or kept.trashed_at >= v_before))
      order by extensions.nlevel(d.parent_path) desc, d.trashed_at limit p_documents - v_all);
    -- In the order of an append (head, then document), or the two could wait for each other.
    perform from public.document_heads h where h.document_id = any (v_doomed) for update;
    with gone as (
      delete from public.documents d where d.id = any (v_doomed) and d.trashed_at < v_before returning d.id
    )
    insert into private.removals (kind, subject_id) select 'document', g.id from gone g;
    get diagnostics v_count = row_count;
    v_all := v_all + v_count;
  end loop;
  delete from private.removals r where r.removed_at < now() - interval '400 days';
  return v_all;
end
$$;

-- ---------------------------------------------------------------- lost jobs

-- Asks for the rows of documents whose log is ahead of them while nobody is to work on it; how many. That never happens but
-- where the queue was lost, as after a restore without it. The sweep of every 30 seconds then calls the function.
create or replace function private.queue_missing_projections(p_documents bigint default 1000) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_count bigint;
begin
  insert into private.projection_jobs (document_id)
  select h.document_id from public.document_heads h
  where h.projected_seq < h.last_seq and not exists (
    select from private.projection_jobs j where j.document_id = h.document_id)
  limit p_documents
  on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function private.trash_kept_for(), private.purge_trash(bigint), private.queue_missing_projections(bigint)
from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------- by itself

-- A job's command is one statement, so it may be a VACUUM, which no function may do. Autovacuum (see phase 4's settings)
-- does most of it; these runs are for what it leaves, and for the time at night. PGlite has no other. A table that is
-- locked is left out until the next run.
do $$ begin
  if to_regprocedure('cron.schedule(text, text, text)') is not null then
    perform cron.schedule('purge trash', '23 * * * *', 'select private.purge_trash()');
    perform cron.schedule('find missing rows', '53 * * * *', 'select private.queue_missing_projections()');
    perform cron.schedule('vacuum queues', '*/20 * * * *',
      'vacuum (skip_locked) private.projection_jobs, private.embedding_jobs, private.function_nonces, '
      || 'private.append_budgets, public.document_heads');
    perform cron.schedule('vacuum tables', '29 3 * * *',
      'vacuum (skip_locked, analyze) public.documents, public.blocks, public.document_updates, '
      || 'public.document_snapshots, public.document_sessions, public.document_links, private.workspace_words');
  end if;
end $$;
