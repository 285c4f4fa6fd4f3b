-- How long the log keeps what a snapshot covers, and what the database does by itself.
--
-- Rows stay until a snapshot that covers them is 24 hours old and a newer one is there too: so a document can
-- always be had in two ways, from the newest snapshot and from that older one with the rows after it. Rows that the
-- guard refused stay. Of a session, the newest of its updates that is gone is remembered, so that a retry of
-- whatever age is not stored twice.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- As before, with the document's version, so that a function older than the document takes care.
create or replace function public.read_document_log(
  p_document_id uuid, p_after bigint default 0, p_snapshot_before bigint default null
) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_head public.document_heads;
  v_snapshot jsonb;
  v_after bigint := coalesce(p_after, 0);
  v_updates jsonb;
begin
  select h.* into v_head from public.document_heads h where h.document_id = p_document_id;
  if not found then perform private.refuse_unknown(); end if;
  if v_after = 0 then
    select jsonb_build_object('uptoSeq', s.upto_seq, 'state', private.base64(s.state),
      'sha256', encode(s.sha256, 'hex')) into v_snapshot
    from public.document_snapshots s
    where s.document_id = p_document_id and s.upto_seq <= v_head.snapshot_seq
      and (p_snapshot_before is null or s.upto_seq < p_snapshot_before)
    order by s.upto_seq desc limit 1;
    v_after := coalesce((v_snapshot ->> 'uptoSeq')::bigint, 0);
  end if;
  v_updates := private.log_page(p_document_id, v_after, 8000000);
  return jsonb_build_object('headSeq', v_head.last_seq, 'snapshotSeq', v_head.snapshot_seq,
    'projectedSeq', v_head.projected_seq, 'schemaVersion', v_head.schema_version, 'snapshot', v_snapshot, 'updates', v_updates,
    'more', coalesce((v_updates -> -1 ->> 'seq')::bigint, v_after) < v_head.last_seq);
end
$$;

-- ---------------------------------------------------------------- snapshots

-- Keeps the newest two, the newest one older than 24 hours, and one for every six hours since.
create function private.thin_snapshots(p_document_id uuid) returns void
language sql volatile security definer set search_path = '' as $$
  with ranked as (
    select s.upto_seq, row_number() over (order by s.upto_seq desc) as place,
      row_number() over (partition by s.created_at < now() - interval '24 hours',
        case when s.created_at >= now() - interval '24 hours'
          then date_bin('6 hours', s.created_at, timestamptz 'epoch') end
        order by s.upto_seq desc) as place_in_bin
    from public.document_snapshots s where s.document_id = p_document_id
  )
  delete from public.document_snapshots s using ranked r
  where s.document_id = p_document_id and s.upto_seq = r.upto_seq and r.place > 2 and r.place_in_bin > 1
$$;

create function private.is_snapshot_whole(p_document_id uuid, p_upto_seq bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.document_snapshots s
    where s.document_id = p_document_id and s.upto_seq = p_upto_seq and sha256(s.state) = s.sha256)
$$;

drop function public.write_snapshot(uuid, uuid, bigint, text, text);
-- Keeps the state up to a seq. Whatever takes long (the state's sum, its insert, reading it back) happens before the
-- head is locked: writers wait for the step of the pointer only. p_quarantine names refused rows up to there:
-- [{seq, reason}]; whoever starts from this snapshot will not see them again.
create function public.write_snapshot(
  p_document_id uuid, p_lease uuid, p_upto_seq bigint, p_state text, p_sha256 text, p_quarantine jsonb default '[]'
) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_head public.document_heads;
  v_state bytea := decode(p_state, 'base64');
  v_covered bigint;
begin
  if not exists (select from private.projection_jobs j
                 where j.document_id = p_document_id and j.lease_token = p_lease) then
    perform private.refuse('PT409', 'lease_lost', 'Someone else works on this document now.');
  end if;
  select h.* into v_head from public.document_heads h where h.document_id = p_document_id;
  if p_upto_seq > v_head.last_seq or p_upto_seq <= v_head.snapshot_seq then return false; end if;

  insert into public.document_quarantine (document_id, seq, reason)
  select p_document_id, q.seq, left(q.reason, 500) from jsonb_to_recordset(p_quarantine) q (seq bigint, reason text)
  on conflict do nothing;
  insert into public.document_snapshots (document_id, upto_seq, state, sha256)
  values (p_document_id, p_upto_seq, v_state, decode(p_sha256, 'hex'))
  on conflict do nothing;
  if not private.is_snapshot_whole(p_document_id, p_upto_seq) or not exists (
    select from public.document_snapshots s
    where s.document_id = p_document_id and s.upto_seq = p_upto_seq and s.sha256 = decode(p_sha256, 'hex')) then
    perform private.refuse('PT409', 'snapshot_differs', 'The stored snapshot is not the one that was sent.');
  end if;
  perform private.thin_snapshots(p_document_id);
  select coalesce(sum(octet_length(u.data)), 0) into v_covered from public.document_updates u
  where u.document_id = p_document_id and u.seq > v_head.snapshot_seq and u.seq <= p_upto_seq;

  -- The holder of the lease is the only one who writes snapshots: the pointer is where it was.
  v_head := private.hold_lease(p_document_id, p_lease);
  update public.document_heads h set snapshot_seq = p_upto_seq, snapshot_bytes = octet_length(v_state),
    tail_bytes = greatest(h.tail_bytes - v_covered, 0)
  where h.document_id = p_document_id;
  return true;
end
$$;

-- ---------------------------------------------------------------- rows

-- Deletes up to about p_rows rows that may go (see above), a document at a time; returns {documents, rows}. No head
-- is locked before the last statement, which moves pruned_seq of the documents it worked on. One at a time.
create function public.prune_log(p_rows bigint default 20000) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v record;
  v_left bigint := least(greatest(coalesce(p_rows, 0), 0), 100000);
  v_to bigint;
  v_count bigint;
  v_rows bigint := 0;
  v_documents uuid[] := '{}';
  v_pruned bigint[] := '{}';
begin
  if not pg_try_advisory_xact_lock(hashtextextended('prune_log', 0)) then
    return jsonb_build_object('documents', 0, 'rows', 0);
  end if;
  for v in
    select h.document_id, h.pruned_seq, h.snapshot_seq, max(s.upto_seq) as base_seq
    from public.document_snapshots s
    join public.document_heads h on h.document_id = s.document_id
    where s.created_at < now() - interval '24 hours' and s.upto_seq < h.snapshot_seq and s.upto_seq > h.pruned_seq
    group by h.document_id
    -- Not always the same ones first: a document with a damaged snapshot stays in this list.
    order by random() limit 100
  loop
    exit when v_left <= 0;
    continue when not private.is_snapshot_whole(v.document_id, v.base_seq)
      or not private.is_snapshot_whole(v.document_id, v.snapshot_seq);
    v_to := least(v.base_seq, v.pruned_seq + v_left);
    with gone as (
      delete from public.document_updates u
      where u.document_id = v.document_id and u.seq > v.pruned_seq and u.seq <= v_to and not exists (
        select from public.document_quarantine q where q.document_id = u.document_id and q.seq = u.seq)
      returning u.session_id, u.client_seq
    ), remembered as (
      update public.document_sessions s set pruned_client_seq = greatest(s.pruned_client_seq, newest.client_seq)
      from (select g.session_id, max(g.client_seq) as client_seq from gone g group by g.session_id) newest
      where s.document_id = v.document_id and s.session_id = newest.session_id
    )
    select count(*) into v_count from gone;
    v_left := v_left - (v_to - v.pruned_seq);
    v_rows := v_rows + v_count;
    v_documents := v_documents || v.document_id;
    v_pruned := v_pruned || v_to;
  end loop;
  update public.document_heads h set pruned_seq = done.upto_seq
  from unnest(v_documents, v_pruned) done (document_id, upto_seq) where h.document_id = done.document_id;
  return jsonb_build_object('documents', cardinality(v_documents), 'rows', v_rows);
end
$$;

-- ---------------------------------------------------------------- by itself

-- Wakes process-block for a job that has been due for five seconds and that nobody took: its call was lost, or who
-- took it is gone. One call is enough, since whoever answers it takes every due job.
create function private.sweep_projection_jobs() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document_id uuid;
begin
  select j.document_id into v_document_id from private.projection_jobs j
  where j.dead_at is null and j.due_at < clock_timestamp() - interval '5 seconds'
    and coalesce(j.leased_until, '-infinity') < clock_timestamp()
    and coalesce(j.kicked_at, '-infinity') < clock_timestamp() - interval '5 seconds'
  order by j.due_at limit 1;
  if found then perform private.kick_projection(v_document_id); end if;
end
$$;

-- Forgets what no promise needs: sessions of a month ago that never wrote (who comes back opens theirs again), what
-- people spent long ago, and the notes of our own runs.
create function private.tidy_log() returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  with idle as (
    select s.document_id, s.session_id from public.document_sessions s
    where s.opened_at < now() - interval '30 days' and s.pruned_client_seq is null and not exists (
      select from public.document_updates u where u.document_id = s.document_id and u.session_id = s.session_id)
    limit 5000
    for update skip locked
  )
  delete from public.document_sessions s using idle
  where s.document_id = idle.document_id and s.session_id = idle.session_id;
  delete from private.append_budgets b where b.spent_until < now() - interval '1 hour';
  if to_regclass('cron.job_run_details') is not null then
    execute 'delete from cron.job_run_details where end_time < now() - interval ''3 days''';
  end if;
end
$$;

revoke all on all functions in schema private from public, anon;
revoke all on function private.thin_snapshots(uuid), private.is_snapshot_whole(uuid, bigint),
  private.sweep_projection_jobs(), private.tidy_log() from authenticated, service_role;
revoke all on function public.write_snapshot(uuid, uuid, bigint, text, text, jsonb), public.prune_log(bigint)
from public, anon, authenticated;
grant execute on function public.write_snapshot(uuid, uuid, bigint, text, text, jsonb), public.prune_log(bigint)
to service_role;

-- Hosted Supabase and the stand-in have pg_cron; a server can have it in one database only. Where it is not to be
-- had, the log is kept whole, and `prune_log` can be called with the secret key.
do $$ begin
  begin
    if exists (select from pg_available_extensions where name = 'pg_cron') then
      create extension if not exists pg_cron;
    end if;
  exception when others then
    raise notice 'Nothing is scheduled, because pg_cron is not to be had in this database: %', sqlerrm;
  end;
  if to_regprocedure('cron.schedule(text, text, text)') is not null then
    perform cron.schedule('prune log', '* * * * *', 'select public.prune_log()');
    perform cron.schedule('sweep projection jobs', '30 seconds', 'select private.sweep_projection_jobs()');
    perform cron.schedule('tidy log', '17 * * * *', 'select private.tidy_log()');
  end if;
end $$;
