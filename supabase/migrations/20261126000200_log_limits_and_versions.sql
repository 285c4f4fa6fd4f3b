-- What one person, one document and one program may do to the log: how fast a person writes, how much a document
-- holds, and which version of the document's shape a session was opened with.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- ---------------------------------------------------------------- how fast, how much

-- How far ahead of the clock a person has written in a document: each append moves it on by what it costs, and
-- more than 30 seconds ahead nothing is taken until time has caught up. Unlogged: after a crash everybody starts
-- afresh, and an append costs no more WAL for it. Half-empty pages keep its updates on the page (HOT).
create unlogged table private.append_budgets (
  document_id uuid not null references public.documents (id) on delete cascade,
  user_id uuid not null,
  spent_until timestamptz not null,
  primary key (document_id, user_id)
) with (fillfactor = 50);
alter table private.append_budgets enable row level security;
alter table private.append_budgets force row level security;
revoke all on private.append_budgets from public, anon, authenticated, service_role;

alter table public.document_heads
  -- Bytes of the rows after the newest snapshot, and of that snapshot: what everybody loads who opens it.
  add column tail_bytes bigint not null default 0,
  add column snapshot_bytes bigint not null default 0,
  -- Rows up to here may be gone (20261126000210).
  add column pruned_seq bigint not null default 0;
update public.document_heads h set
  tail_bytes = (select coalesce(sum(octet_length(u.data)), 0) from public.document_updates u
                where u.document_id = h.document_id and u.seq > h.snapshot_seq),
  snapshot_bytes = coalesce((select octet_length(s.state) from public.document_snapshots s
                             where s.document_id = h.document_id and s.upto_seq = h.snapshot_seq), 0)
where h.last_seq > 0;

alter table public.document_sessions
  -- The newest of this session's updates whose row is gone, covered by a snapshot; null: none is.
  add column pruned_client_seq bigint,
  add column schema_version bigint not null default 1;

-- Seconds that an append costs: 10 ms, 0.1 ms an update, one second a megabyte. So 100 appends or 1 MB a second
-- for ever, and 3,000 appends or 30 MB at once after a pause: a fast typist makes 15 appends a second.
create function private.append_cost(p_updates integer, p_bytes bigint) returns double precision
language sql immutable strict set search_path = '' as $$
  select 0.01 + p_updates * 0.0001 + p_bytes / 1000000.0::double precision
$$;

-- Refuses who is more than 30 seconds ahead. The hint says when to come back: clients wait that long.
create function private.refuse_too_fast(p_spent_until timestamptz) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_wait interval := p_spent_until - clock_timestamp() - interval '30 seconds';
begin
  if v_wait > interval '0' then
    raise exception using errcode = 'PT429', message = 'too_fast',
      detail = 'You write faster than a document takes it. What you wrote is kept here and goes out by itself.',
      hint = format('retry after %s ms', ceil(extract(epoch from v_wait) * 1000)::bigint);
  end if;
end
$$;

create or replace function public.append_updates(p_document_id uuid, p_session_id uuid, p_updates jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v record;
  v_asker uuid := (select auth.uid());
  v_workspace_id uuid;
  v_spent_until timestamptz;
  v_head public.document_heads;
  v_last bigint;
  v_reused boolean;
  v_accepted jsonb;
  v_fresh jsonb;
  v_count integer;
  v_chars bigint;
  v_given bigint;
  v_bytes bigint;
  v_message jsonb;
begin
  -- Before any lock: who floods holds nobody up.
  select d.workspace_id, b.spent_until into v_workspace_id, v_spent_until from public.documents d
  left join private.append_budgets b on b.document_id = d.id and b.user_id = v_asker
  where d.id = p_document_id and d.workspace_id in (select private.my_workspaces());
  if not found then perform private.refuse_unknown(); end if;
  perform private.refuse_too_fast(v_spent_until);
  perform private.check_updates(p_updates);
  perform private.lock_epoch(v_workspace_id, false);
  -- The head first; what is decided below is then true until the commit.
  select h.* into v_head from public.document_heads h where h.document_id = p_document_id for update;
  v_last := v_head.last_seq;

  select m.role, d.trashed_at, w.access_epoch, s.user_id, s.yjs_client_id, s.schema_version into v
  from public.documents d
  join public.workspaces w on w.id = d.workspace_id
  join public.workspace_members m on m.workspace_id = d.workspace_id and m.user_id = v_asker
  left join public.document_sessions s on s.document_id = d.id and s.session_id = p_session_id
  where d.id = p_document_id;
  if not found then perform private.refuse_unknown(); end if;
  if v.role not in ('owner', 'admin', 'editor') then
    perform private.refuse('PT403', 'forbidden', format('A %s reads this document but does not write.', v.role));
  elsif v.user_id is distinct from v_asker then
    perform private.refuse('PT403', 'session_not_yours', 'Open the document first; only your own session can write.');
  elsif v.trashed_at is not null then
    perform private.refuse('PT403', 'trashed', 'This document is in the trash; restore it to write.');
  elsif v.schema_version < v_head.schema_version then
    perform private.refuse('PT409', 'newer_version',
      'A newer version of the program wrote this document. What you wrote is kept here; reload the page.');
  end if;

  with given as materialized (
    select (u.item ->> 'clientSeq')::bigint as client_seq, u.item ->> 'data' as base64,
      decode(u.item ->> 'data', 'base64') as data, u.place
    from jsonb_array_elements(p_updates) with ordinality as u (item, place)
  ), matched as materialized (
    -- One moment for the row and for what is remembered of it once it is gone: 0 stands for "in a snapshot".
    select g.*, sha256(g.data) as sha256, known.sha256 as known_sha256,
      coalesce(known.seq, case when g.client_seq <= s.pruned_client_seq then 0 end) as known_seq
    from given g
    join public.document_sessions s on s.document_id = p_document_id and s.session_id = p_session_id
    left join public.document_updates known on known.document_id = p_document_id
      and known.session_id = p_session_id and known.client_seq = g.client_seq
  ), judged as materialized (
    select m.*, v_last + row_number() over (partition by m.known_seq is null order by m.place) as next_seq
    from matched m
  ), stored as (
    insert into public.document_updates (document_id, seq, session_id, client_seq, data, sha256)
    select p_document_id, j.next_seq, p_session_id, j.client_seq, j.data, j.sha256
    from judged j where j.known_seq is null order by j.next_seq
  )
  select bool_or(j.known_sha256 <> j.sha256), count(*) filter (where j.known_seq is null),
    sum(length(j.base64)) filter (where j.known_seq is null), sum(octet_length(j.data)),
    coalesce(sum(octet_length(j.data)) filter (where j.known_seq is null), 0),
    jsonb_agg(jsonb_build_object('clientSeq', j.client_seq, 'seq', coalesce(j.known_seq, j.next_seq)) order by j.place),
    jsonb_agg(jsonb_build_object('seq', j.next_seq, 'clientSeq', j.client_seq, 'data', j.base64,
      'sha256', encode(j.sha256, 'hex')) order by j.place) filter (where j.known_seq is null)
  into v_reused, v_count, v_chars, v_given, v_bytes, v_accepted, v_fresh from judged j;

  if v_reused then
    perform private.refuse('PT409', 'client_seq_reused', 'Another update was stored under this clientSeq.');
  end if;
  if v_count > 0 and v_head.tail_bytes + v_head.snapshot_bytes + v_bytes > 64000000 then
    perform private.refuse('PT413', 'document_full',
      'This document is full: it holds 64 MB of edits. All of them are safe, and what you wrote now is kept here; copy it into another document.');
  end if;
  update private.append_budgets b
  set spent_until = greatest(b.spent_until, clock_timestamp())
    + make_interval(secs => private.append_cost(jsonb_array_length(p_updates), v_given))
  where b.document_id = p_document_id and b.user_id = v_asker;
  if not found then
    insert into private.append_budgets (document_id, user_id, spent_until) values (p_document_id, v_asker,
      clock_timestamp() + make_interval(secs => private.append_cost(jsonb_array_length(p_updates), v_given)));
  end if;
  if v_count > 0 then
    update public.document_heads h set last_seq = v_last + v_count, tail_bytes = h.tail_bytes + v_bytes
    where h.document_id = p_document_id;
    v_message := jsonb_build_object('fromSeq', v_last + 1, 'toSeq', v_last + v_count, 'sessionId', p_session_id,
      'yjsClientId', v.yjs_client_id);
    -- Realtime drops large messages without a word: then only the numbers go, and the others pull.
    if v_chars < 200000 then v_message := v_message || jsonb_build_object('updates', v_fresh); end if;
    perform realtime.send(v_message, 'update', format('document:%s:updates:%s', p_document_id, v.access_epoch), true);
  end if;
  return jsonb_build_object('headSeq', v_last + v_count, 'epoch', v.access_epoch, 'accepted', v_accepted);
end
$$;

-- ---------------------------------------------------------------- reading

-- One answer from one moment: it is STABLE, so that all its reads see the same state of the database.
create or replace function private.pull(p_document_id uuid, p_after bigint) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v record;
  v_after bigint := greatest(coalesce(p_after, 0), 0);
  v_snapshot jsonb;
  v_updates jsonb;
  v_last bigint;
begin
  select d.workspace_id, d.title, d.trashed_at, w.access_epoch, m.role, h.last_seq, h.snapshot_seq, h.pruned_seq, h.schema_version
  into v
  from public.documents d
  join public.workspaces w on w.id = d.workspace_id
  join public.workspace_members m on m.workspace_id = d.workspace_id and m.user_id = (select auth.uid())
  join public.document_heads h on h.document_id = d.id
  where d.id = p_document_id;
  if not found then perform private.refuse_unknown(); end if;

  -- Someone who is only a little behind gets the rows, not the whole document once more.
  if v.snapshot_seq > v_after and (v_after = 0 or v.snapshot_seq - v_after > 200 or v_after < v.pruned_seq) then
    select jsonb_build_object('uptoSeq', s.upto_seq, 'state', private.base64(s.state),
      'sha256', encode(s.sha256, 'hex')) into v_snapshot
    from public.document_snapshots s where s.document_id = p_document_id and s.upto_seq = v.snapshot_seq;
    if found then v_after := v.snapshot_seq; end if;
  end if;
  v_updates := private.log_page(p_document_id, v_after, 2000000);
  v_last := coalesce((v_updates -> -1 ->> 'seq')::bigint, v_after);

  return jsonb_build_object(
    'documentId', p_document_id, 'workspaceId', v.workspace_id, 'title', v.title, 'role', v.role,
    'canWrite', v.role in ('owner', 'admin', 'editor') and v.trashed_at is null,
    'epoch', v.access_epoch, 'schemaVersion', v.schema_version, 'headSeq', v.last_seq,
    'trashed', v.trashed_at is not null, 'snapshot', v_snapshot, 'updates', v_updates, 'more', v_last < v.last_seq,
    'quarantined', (select coalesce(jsonb_agg(q.seq order by q.seq), '[]') from public.document_quarantine q
                    where q.document_id = p_document_id),
    'people', private.people_of(p_document_id,
      array(select distinct (u ->> 'sessionId')::uuid from jsonb_array_elements(v_updates) u)));
end
$$;

-- ---------------------------------------------------------------- versions

-- The newest version that this database knows. A migration that brings a new one replaces this function; nobody can
-- raise a document further, so that a forged number locks nobody out.
create function private.known_schema_version() returns bigint
language sql immutable set search_path = '' as $$
  select 1::bigint
$$;

-- Says that from now on the document holds shapes of that version; before the first of them is written. Sessions of
-- older programs read on and write no more. Returns the document's version; never lowers it.
create function public.raise_schema_version(p_document_id uuid, p_version bigint) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v record;
  v_head public.document_heads;
begin
  select d.workspace_id into v from public.documents d
  where d.id = p_document_id and d.workspace_id in (select private.my_workspaces());
  if not found then perform private.refuse_unknown(); end if;
  perform private.lock_epoch(v.workspace_id, false);
  perform private.require_role(v.workspace_id, 'owner', 'admin', 'editor');
  if p_version is null or p_version not between 1 and private.known_schema_version() then
    perform private.refuse('PT400', 'unknown_version',
      format('This server knows versions 1 to %s.', private.known_schema_version()));
  end if;
  select h.* into v_head from public.document_heads h where h.document_id = p_document_id for update;
  select d.trashed_at, w.access_epoch into v from public.documents d
  join public.workspaces w on w.id = d.workspace_id where d.id = p_document_id;
  if v.trashed_at is not null then
    perform private.refuse('PT403', 'trashed', 'This document is in the trash; restore it to write.');
  end if;
  if p_version <= v_head.schema_version then return v_head.schema_version; end if;
  update public.document_heads h set schema_version = p_version where h.document_id = p_document_id;
  -- Numbers without updates: whoever hears them asks the log, and its answer carries the version.
  perform realtime.send(jsonb_build_object('fromSeq', greatest(v_head.last_seq, 1), 'toSeq',
    greatest(v_head.last_seq, 1), 'sessionId', '00000000-0000-0000-0000-000000000000', 'yjsClientId', 0),
    'update', format('document:%s:updates:%s', p_document_id, v.access_epoch), true);
  return p_version;
end
$$;

drop function public.open_document(uuid, uuid, bigint, text, bigint);
-- Any reader may open. The same session, client id and person may open again; nobody else as them. Programs that
-- send no version are of the first.
create function public.open_document(
  p_document_id uuid, p_session_id uuid, p_yjs_client_id bigint, p_public_key text default null,
  p_after bigint default 0, p_schema_version bigint default 1
) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_session public.document_sessions;
begin
  perform from public.documents d where d.id = p_document_id and d.workspace_id in (select private.my_workspaces());
  if not found then perform private.refuse_unknown(); end if;
  if p_session_id is null or p_yjs_client_id is null or p_yjs_client_id not between 1 and 4294967295
    or char_length(p_public_key) > 1000 or p_schema_version is null or p_schema_version < 1 then
    perform private.refuse('PT400', 'invalid_input', 'A session has an id, a client number, a short key and a version.');
  end if;
  if (select count(*) from public.document_sessions s where s.user_id = (select auth.uid())
        and s.document_id = p_document_id and s.opened_at > now() - interval '1 hour') >= 500 then
    perform private.refuse('PT429', 'too_many', 'Too many windows opened this document within an hour.');
  end if;
  insert into public.document_sessions as s (document_id, session_id, yjs_client_id, user_id, public_key, schema_version)
  values (p_document_id, p_session_id, p_yjs_client_id, (select auth.uid()), p_public_key, p_schema_version)
  on conflict do nothing;
  update public.document_sessions s set opened_at = now(), public_key = coalesce(s.public_key, p_public_key),
    -- A newer program takes over what an older one left unsent.
    schema_version = greatest(s.schema_version, p_schema_version)
  where s.document_id = p_document_id and s.session_id = p_session_id and s.user_id = (select auth.uid())
  returning s.* into v_session;
  if not found then
    perform from public.document_sessions s
    where s.document_id = p_document_id and s.session_id = p_session_id;
    if found then
      perform private.refuse('PT403', 'session_not_yours', 'This session belongs to someone else.');
    end if;
    perform private.refuse('PT409', 'client_id_taken', 'This client number is in use; choose another.');
  end if;
  if v_session.yjs_client_id <> p_yjs_client_id or v_session.public_key <> p_public_key then
    perform private.refuse('PT409', 'session_mismatch', 'This session was opened with another client number or key.');
  end if;
  perform private.wake_projection(p_document_id);
  return private.pull(p_document_id, p_after);
end
$$;

revoke all on all functions in schema private from public, anon;
revoke all on function private.append_cost(integer, bigint), private.refuse_too_fast(timestamptz),
  private.known_schema_version() from authenticated, service_role;
revoke all on function public.open_document(uuid, uuid, bigint, text, bigint, bigint),
  public.raise_schema_version(uuid, bigint) from public, anon, authenticated, service_role;
grant execute on function public.open_document(uuid, uuid, bigint, text, bigint, bigint),
  public.raise_schema_version(uuid, bigint) to authenticated;
