-- Phase 2: the log of a document, who writes it, and the topics on which it goes out.
--
-- The log is the truth. A change is stored under the head's lock, so that seq has no gaps, and the same
-- transaction sends it: nobody sees what is not stored. Bytes travel as base64 without line breaks.

create table public.document_heads (
  document_id uuid primary key references public.documents (id) on delete cascade,
  last_seq bigint not null default 0,
  -- The newest snapshot covers up to here; the rows of blocks say what the log says up to there.
  snapshot_seq bigint not null default 0,
  projected_seq bigint not null default 0,
  schema_version integer not null default 1,
  check (snapshot_seq <= last_seq and projected_seq <= last_seq)
);

create table public.document_sessions (
  document_id uuid not null references public.documents (id) on delete cascade,
  session_id uuid not null,
  yjs_client_id bigint not null check (yjs_client_id between 1 and 4294967295),
  user_id uuid references auth.users (id) on delete set null,
  public_key text check (char_length(public_key) <= 1000),
  opened_at timestamptz not null default now(),
  primary key (document_id, session_id),
  unique (document_id, yjs_client_id)
);
create index idx_document_sessions_user on public.document_sessions (user_id, document_id, opened_at);
create index idx_document_sessions_opened on public.document_sessions (document_id, opened_at);

create table public.document_updates (
  document_id uuid not null references public.documents (id) on delete cascade,
  seq bigint not null check (seq > 0),
  session_id uuid not null,
  client_seq bigint not null check (client_seq >= 0),
  data bytea not null check (octet_length(data) between 1 and 1000000),
  sha256 bytea not null check (octet_length(sha256) = 32),
  created_at timestamptz not null default clock_timestamp(),
  primary key (document_id, seq),
  unique (document_id, session_id, client_seq),
  foreign key (document_id, session_id) references public.document_sessions (document_id, session_id)
);
alter table public.document_updates alter column data set storage external;

create table public.document_snapshots (
  document_id uuid not null references public.documents (id) on delete cascade,
  upto_seq bigint not null check (upto_seq > 0),
  state bytea not null,
  sha256 bytea not null check (octet_length(sha256) = 32),
  created_at timestamptz not null default clock_timestamp(),
  primary key (document_id, upto_seq)
);

-- Rows that the guard refused: they reach no replica, snapshot or block.
create table public.document_quarantine (
  document_id uuid not null references public.documents (id) on delete cascade,
  seq bigint not null,
  reason text not null check (char_length(reason) <= 500),
  created_at timestamptz not null default clock_timestamp(),
  primary key (document_id, seq)
);

create function private.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
  perform private.refuse('PT409', 'append_only', format('Rows of %s are never changed.', tg_table_name));
  return null;
end
$$;
create trigger updates_are_never_changed before update on public.document_updates
for each row execute function private.refuse_change();
create trigger snapshots_are_never_changed before update on public.document_snapshots
for each row execute function private.refuse_change();

create function private.open_head() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.document_heads (document_id) values (new.id);
  return null;
end
$$;
create trigger open_head after insert on public.documents for each row execute function private.open_head();

-- ---------------------------------------------------------------- reading

create function private.base64(p_data bytea) returns text
language sql immutable strict set search_path = '' as $$
  select translate(encode(p_data, 'base64'), E'\n', '')
$$;

-- The rows after a seq, in order, until about p_budget bytes; at least one if there is one.
create function private.log_page(p_document_id uuid, p_after bigint, p_budget bigint) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'seq', page.seq, 'sessionId', page.session_id, 'yjsClientId', s.yjs_client_id, 'clientSeq', page.client_seq,
    'data', private.base64(page.data), 'sha256', encode(page.sha256, 'hex')) order by page.seq), '[]')
  from (
    select u.seq, u.session_id, u.client_seq, u.data, u.sha256,
      sum(octet_length(u.data)) over (order by u.seq) - octet_length(u.data) as before
    from (select * from public.document_updates d where d.document_id = p_document_id and d.seq > p_after
          order by d.seq limit 5000) u
  ) page
  join public.document_sessions s on s.document_id = p_document_id and s.session_id = page.session_id
  where page.before < p_budget
$$;

-- Sessions of the last day, and those named. Whose account is gone is 'Someone' with the zero id.
create function private.people_of(p_document_id uuid, p_sessions uuid[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('sessionId', s.session_id, 'yjsClientId', s.yjs_client_id,
    'userId', coalesce(s.user_id, '00000000-0000-0000-0000-000000000000'), 'name', coalesce(p.name, 'Someone'), 'color', coalesce(p.color, 1),
    'publicKey', s.public_key)), '[]')
  from (
    (select * from public.document_sessions recent
     where recent.document_id = p_document_id and recent.opened_at > now() - interval '24 hours'
     order by recent.opened_at desc limit 200)
    union
    select * from public.document_sessions named
    where named.document_id = p_document_id and named.session_id = any (p_sessions)
  ) s
  left join public.profiles p on p.id = s.user_id
$$;

-- One answer from one moment: it is STABLE, so that all its reads see the same state of the database.
create function private.pull(p_document_id uuid, p_after bigint) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v record;
  v_after bigint := greatest(coalesce(p_after, 0), 0);
  v_snapshot jsonb;
  v_updates jsonb;
  v_last bigint;
begin
  select d.workspace_id, d.title, d.trashed_at, w.access_epoch, m.role, h.last_seq, h.snapshot_seq, h.schema_version
  into v
  from public.documents d
  join public.workspaces w on w.id = d.workspace_id
  join public.workspace_members m on m.workspace_id = d.workspace_id and m.user_id = (select auth.uid())
  join public.document_heads h on h.document_id = d.id
  where d.id = p_document_id;
  if not found then perform private.refuse_unknown(); end if;

  -- Someone who is only a little behind gets the rows, not the whole document once more.
  if v.snapshot_seq > v_after and (v_after = 0 or v.snapshot_seq - v_after > 200 or not exists (
    select from public.document_updates u where u.document_id = p_document_id and u.seq = v_after + 1)) then
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

create function public.pull_updates(p_document_id uuid, p_after bigint default 0) returns jsonb
language sql stable security definer set search_path = '' as $$
  select private.pull(p_document_id, p_after)
$$;

create function public.list_document_people(p_document_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_document_id not in (select private.my_documents()) then perform private.refuse_unknown(); end if;
  return private.people_of(p_document_id, '{}');
end
$$;

-- Any reader may open. The same session, client id and person may open again; nobody else as them.
create function public.open_document(
  p_document_id uuid, p_session_id uuid, p_yjs_client_id bigint, p_public_key text default null,
  p_after bigint default 0
) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_session public.document_sessions;
begin
  perform from public.documents d where d.id = p_document_id and d.workspace_id in (select private.my_workspaces());
  if not found then perform private.refuse_unknown(); end if;
  if p_session_id is null or p_yjs_client_id is null or p_yjs_client_id not between 1 and 4294967295
    or char_length(p_public_key) > 1000 then
    perform private.refuse('PT400', 'invalid_input', 'A session has an id, a client number and a short key.');
  end if;
  if (select count(*) from public.document_sessions s where s.user_id = (select auth.uid())
        and s.document_id = p_document_id and s.opened_at > now() - interval '1 hour') >= 500 then
    perform private.refuse('PT429', 'too_many', 'Too many windows opened this document within an hour.');
  end if;
  insert into public.document_sessions as s (document_id, session_id, yjs_client_id, user_id, public_key)
  values (p_document_id, p_session_id, p_yjs_client_id, (select auth.uid()), p_public_key)
  on conflict do nothing;
  update public.document_sessions s set opened_at = now(), public_key = coalesce(s.public_key, p_public_key)
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

-- ---------------------------------------------------------------- appending

-- Refuses what is not [{clientSeq, data}] of 1 to 100 updates of at most 1,000,000 bytes, 8,000,000 in all.
create function private.check_updates(p_updates jsonb) returns void
language plpgsql immutable set search_path = '' as $$
declare
  v_flaw text;
begin
  if p_updates is null or jsonb_typeof(p_updates) <> 'array' or jsonb_array_length(p_updates) not between 1 and 100 then
    perform private.refuse('PT400', 'invalid_input', 'An append holds 1 to 100 updates.');
  end if;
  if (select max(s.size) > 1000000 or sum(s.size) > 8000000
      from jsonb_array_elements(p_updates) u,
        lateral (select length(rtrim(u ->> 'data', '=')) * 3 / 4 as size) s) then
    perform private.refuse('PT413', 'update_too_large', 'An update has at most 1 MB, an append at most 8 MB.');
  end if;
  select case
    when count(*) <> count(distinct u ->> 'clientSeq') then 'Two updates of one append have the same clientSeq.'
    when not bool_and(coalesce(u ->> 'clientSeq' ~ '^[0-9]{1,15}$', false)) then 'A clientSeq is a whole number.'
    when not bool_and(coalesce(length(u ->> 'data') >= 4 and length(u ->> 'data') % 4 = 0
      and u ->> 'data' ~ '^[A-Za-z0-9+/]*={0,2}$', false)) then 'The data of an update is base64.'
  end into v_flaw from jsonb_array_elements(p_updates) u;
  if v_flaw is not null then perform private.refuse('PT400', 'invalid_input', v_flaw); end if;
end
$$;

create function public.append_updates(p_document_id uuid, p_session_id uuid, p_updates jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v record;
  v_workspace_id uuid;
  v_last bigint;
  v_reused boolean;
  v_accepted jsonb;
  v_fresh jsonb;
  v_count integer;
  v_bytes bigint;
  v_message jsonb;
begin
  perform private.check_updates(p_updates);
  select d.workspace_id into v_workspace_id from public.documents d
  where d.id = p_document_id and d.workspace_id in (select private.my_workspaces());
  if not found then perform private.refuse_unknown(); end if;
  perform private.lock_epoch(v_workspace_id, false);
  -- The head first; what is decided below is then true until the commit.
  select h.last_seq into v_last from public.document_heads h where h.document_id = p_document_id for update;

  select m.role, d.trashed_at, w.access_epoch, s.user_id, s.yjs_client_id into v
  from public.documents d
  join public.workspaces w on w.id = d.workspace_id
  join public.workspace_members m on m.workspace_id = d.workspace_id and m.user_id = (select auth.uid())
  left join public.document_sessions s on s.document_id = d.id and s.session_id = p_session_id
  where d.id = p_document_id;
  if not found then perform private.refuse_unknown(); end if;
  if v.role not in ('owner', 'admin', 'editor') then
    perform private.refuse('PT403', 'forbidden', format('A %s reads this document but does not write.', v.role));
  elsif v.user_id is distinct from (select auth.uid()) then
    perform private.refuse('PT403', 'session_not_yours', 'Open the document first; only your own session can write.');
  elsif v.trashed_at is not null then
    perform private.refuse('PT403', 'trashed', 'This document is in the trash; restore it to write.');
  end if;

  with given as materialized (
    select (u.item ->> 'clientSeq')::bigint as client_seq, u.item ->> 'data' as base64,
      decode(u.item ->> 'data', 'base64') as data, u.place
    from jsonb_array_elements(p_updates) with ordinality as u (item, place)
  ), judged as materialized (
    select g.*, sha256(g.data) as sha256, known.seq as known_seq, known.sha256 as known_sha256,
      v_last + row_number() over (partition by known.seq is null order by g.place) as next_seq
    from given g
    left join public.document_updates known on known.document_id = p_document_id
      and known.session_id = p_session_id and known.client_seq = g.client_seq
  ), stored as (
    insert into public.document_updates (document_id, seq, session_id, client_seq, data, sha256)
    select p_document_id, j.next_seq, p_session_id, j.client_seq, j.data, j.sha256
    from judged j where j.known_seq is null order by j.next_seq
  )
  select bool_or(j.known_sha256 <> j.sha256), count(*) filter (where j.known_seq is null),
    sum(length(j.base64)) filter (where j.known_seq is null),
    jsonb_agg(jsonb_build_object('clientSeq', j.client_seq, 'seq', coalesce(j.known_seq, j.next_seq)) order by j.place),
    jsonb_agg(jsonb_build_object('seq', j.next_seq, 'clientSeq', j.client_seq, 'data', j.base64,
      'sha256', encode(j.sha256, 'hex')) order by j.place) filter (where j.known_seq is null)
  into v_reused, v_count, v_bytes, v_accepted, v_fresh from judged j;

  if v_reused then
    perform private.refuse('PT409', 'client_seq_reused', 'Another update was stored under this clientSeq.');
  end if;
  if v_count > 0 then
    update public.document_heads h set last_seq = v_last + v_count where h.document_id = p_document_id;
    v_message := jsonb_build_object('fromSeq', v_last + 1, 'toSeq', v_last + v_count, 'sessionId', p_session_id,
      'yjsClientId', v.yjs_client_id);
    -- Realtime drops large messages without a word: then only the numbers go, and the others pull.
    if v_bytes < 200000 then v_message := v_message || jsonb_build_object('updates', v_fresh); end if;
    perform realtime.send(v_message, 'update', format('document:%s:updates:%s', p_document_id, v.access_epoch), true);
  end if;
  return jsonb_build_object('headSeq', v_last + v_count, 'epoch', v.access_epoch, 'accepted', v_accepted);
end
$$;

-- ---------------------------------------------------------------- topics

-- What the asker may do on a private topic. Anything but a well-formed topic of the present epoch: nothing.
-- Joining needs the right to read broadcasts, so a presence topic gives that too, although nobody sends there.
create function private.topic_rights(p_topic text)
returns table (extension text, may_read boolean, may_send boolean)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_uuid constant text := '([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})';
  v_part text[];
begin
  v_part := regexp_match(p_topic, '^document:' || v_uuid || ':(updates|awareness|presence):([1-9][0-9]{0,17})$');
  if v_part is not null then
    return query
    select r.extension, true, r.may_send
    from (values ('updates', 'broadcast', false), ('awareness', 'broadcast', true),
                 ('presence', 'broadcast', false), ('presence', 'presence', true)) r (kind, extension, may_send)
    where r.kind = v_part[2] and exists (
      select from public.documents d
      join public.workspaces w on w.id = d.workspace_id and w.access_epoch = v_part[3]::bigint
      join public.workspace_members m on m.workspace_id = w.id and m.user_id = (select auth.uid())
      where d.id = v_part[1]::uuid);
    return;
  end if;
  v_part := regexp_match(p_topic, '^workspace:' || v_uuid || ':tree:([1-9][0-9]{0,17})$');
  if v_part is not null then
    return query
    select 'broadcast', true, false from public.workspaces w
    join public.workspace_members m on m.workspace_id = w.id and m.user_id = (select auth.uid())
    where w.id = v_part[1]::uuid and w.access_epoch = v_part[2]::bigint;
  end if;
end
$$;

create policy "Members listen to the topics of their documents and workspaces" on realtime.messages
for select to authenticated using (
  extension in (select r.extension from private.topic_rights((select realtime.topic())) r where r.may_read));
create policy "Members send cursors and presence in their documents" on realtime.messages
for insert to authenticated with check (
  extension in (select r.extension from private.topic_rights((select realtime.topic())) r where r.may_send));

-- ---------------------------------------------------------------- access

alter table public.document_heads enable row level security;
alter table public.document_heads force row level security;
alter table public.document_sessions enable row level security;
alter table public.document_sessions force row level security;
alter table public.document_updates enable row level security;
alter table public.document_updates force row level security;
alter table public.document_snapshots enable row level security;
alter table public.document_snapshots force row level security;
alter table public.document_quarantine enable row level security;
alter table public.document_quarantine force row level security;

create policy "Members see the heads of their documents" on public.document_heads
for select to authenticated using (document_id in (select private.my_documents()));
create policy "Members see the sessions of their documents" on public.document_sessions
for select to authenticated using (document_id in (select private.my_documents()));
create policy "Members see the log of their documents" on public.document_updates
for select to authenticated using (document_id in (select private.my_documents()));
create policy "Members see the snapshots of their documents" on public.document_snapshots
for select to authenticated using (document_id in (select private.my_documents()));
create policy "Members see what was refused in their documents" on public.document_quarantine
for select to authenticated using (document_id in (select private.my_documents()));

revoke all on public.document_heads, public.document_sessions, public.document_updates,
  public.document_snapshots, public.document_quarantine from anon, authenticated;
grant select on public.document_heads, public.document_sessions, public.document_updates,
  public.document_snapshots, public.document_quarantine to authenticated;
-- Only functions write these, for everybody.
revoke insert, update, delete, truncate on public.document_heads, public.document_sessions, public.document_updates,
  public.document_snapshots, public.document_quarantine from service_role;

revoke all on all functions in schema private from public, anon;
revoke all on function public.pull_updates(uuid, bigint), public.list_document_people(uuid),
  public.open_document(uuid, uuid, bigint, text, bigint), public.append_updates(uuid, uuid, jsonb)
from public, anon, authenticated;
grant execute on function public.pull_updates(uuid, bigint), public.list_document_people(uuid),
  public.open_document(uuid, uuid, bigint, text, bigint), public.append_updates(uuid, uuid, jsonb) to authenticated;
grant execute on function private.topic_rights(text) to authenticated, service_role;
