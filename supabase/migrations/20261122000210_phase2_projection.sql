-- From the log to the rows of blocks: a queue with one job a document, the call that wakes the edge function
-- process-block, and the functions through which it works (service role only).
--
-- Locks are taken in one order everywhere: the document's head, then its job.

do $$ begin
  if exists (select from pg_available_extensions where name = 'pg_net') then
    create extension if not exists pg_net;
  end if;
end $$;

-- Addresses and secrets that SQL needs, written at start or deploy: functions_url, functions_secret.
create table private.runtime_config (
  key text primary key,
  value text not null
);

create table private.projection_jobs (
  document_id uuid primary key references public.documents (id) on delete cascade,
  -- When the first change that is not projected yet came, and when to work on it.
  requested_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default clock_timestamp(),
  kicked_at timestamptz,
  leased_until timestamptz,
  lease_token uuid,
  attempts integer not null default 0,
  dead_at timestamptz,
  last_error text
);
create index idx_projection_jobs_due on private.projection_jobs (due_at) where dead_at is null;
create index idx_projection_jobs_kicked on private.projection_jobs (kicked_at) where kicked_at is not null;

create table private.function_nonces (
  nonce text primary key,
  seen_at timestamptz not null default clock_timestamp()
);
create index idx_function_nonces_seen on private.function_nonces (seen_at);

alter table private.runtime_config enable row level security;
alter table private.runtime_config force row level security;
alter table private.projection_jobs enable row level security;
alter table private.projection_jobs force row level security;
alter table private.function_nonces enable row level security;
alter table private.function_nonces force row level security;
revoke all on private.runtime_config, private.projection_jobs, private.function_nonces
from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------- asking for work

-- Calls process-block after the commit. A call that cannot be made never stops the change that asked for it.
create function private.kick_projection(p_document_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_url text := (select c.value from private.runtime_config c where c.key = 'functions_url');
  v_secret text := (select c.value from private.runtime_config c where c.key = 'functions_secret');
  v_time text := floor(extract(epoch from clock_timestamp()))::bigint::text;
  v_nonce text := gen_random_uuid()::text;
begin
  if v_url is null or v_secret is null then return; end if;
  update private.projection_jobs j set kicked_at = clock_timestamp() where j.document_id = p_document_id;
  perform net.http_post(
    url := v_url || '/process-block',
    body := jsonb_build_object('documentId', p_document_id),
    headers := jsonb_build_object('Content-Type', 'application/json', 'x-timestamp', v_time, 'x-nonce', v_nonce,
      'x-signature', encode(extensions.hmac(v_time || '.' || v_nonce || '.' || p_document_id, v_secret, 'sha256'), 'hex')),
    timeout_milliseconds := 5000);
exception when others then
  raise warning 'process-block was not called: %', sqlerrm;
end
$$;

-- One job a document: due half a second after the last change, at most two seconds after the first.
-- A kick goes out only when nobody is at work on this document and no other kick is on its way: the function
-- that answers a kick takes every due job and looks again before it leaves.
create function private.request_projection() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_job record;
begin
  for v_job in
    insert into private.projection_jobs as j (document_id, requested_at, due_at)
    select distinct f.document_id, v_now, v_now + interval '500 milliseconds' from fresh f
    on conflict (document_id) do update set
      requested_at = case when j.dead_at is null then j.requested_at else v_now end,
      due_at = case
        when j.dead_at is not null then v_now + interval '500 milliseconds'
        when j.attempts > 0 then j.due_at
        else least(v_now + interval '500 milliseconds', j.requested_at + interval '2 seconds') end,
      attempts = case when j.dead_at is null then j.attempts else 0 end,
      dead_at = null
    returning j.document_id, j.leased_until
  loop
    if coalesce(v_job.leased_until, '-infinity') < v_now and not exists (
      select from private.projection_jobs k where k.kicked_at > v_now - interval '3 seconds') then
      perform private.kick_projection(v_job.document_id);
    end if;
  end loop;
  return null;
end
$$;
create trigger request_projection after insert on public.document_updates
referencing new table as fresh for each statement execute function private.request_projection();

-- Opening a document whose job nobody took (the function crashed, the machine was off) asks again.
create function private.wake_projection(p_document_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (
    select from private.projection_jobs j
    where j.document_id = p_document_id and j.dead_at is null
      and j.due_at < clock_timestamp() - interval '3 seconds'
      and coalesce(j.leased_until, '-infinity') < clock_timestamp()
      and coalesce(j.kicked_at, '-infinity') < clock_timestamp() - interval '3 seconds') then
    perform private.kick_projection(p_document_id);
  end if;
end
$$;

-- ---------------------------------------------------------------- doing the work (service role only)

-- Whether a call came from kick_projection: right signature, at most five minutes old, never seen before.
create function public.admit_function_call(
  p_timestamp text, p_nonce text, p_signature text, p_document_id uuid
) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_secret text := (select c.value from private.runtime_config c where c.key = 'functions_secret');
  v_right bytea;
begin
  if v_secret is null or p_timestamp is null or p_timestamp !~ '^[0-9]{1,12}$' or p_nonce is null
    or char_length(p_nonce) > 100 or p_signature is null or p_document_id is null
    or abs(extract(epoch from clock_timestamp()) - p_timestamp::bigint) > 300 then
    return false;
  end if;
  v_right := extensions.hmac(p_timestamp || '.' || p_nonce || '.' || p_document_id, v_secret, 'sha256');
  -- Hashed before comparing, so that the time taken says nothing about the right one.
  if sha256(convert_to(p_signature, 'UTF8')) <> sha256(convert_to(encode(v_right, 'hex'), 'UTF8')) then
    return false;
  end if;
  delete from private.function_nonces n where n.seen_at < clock_timestamp() - interval '15 minutes';
  insert into private.function_nonces (nonce) values (p_nonce) on conflict do nothing;
  return found;
end
$$;

-- Leases up to p_limit due jobs: {jobs: [{documentId, lease, attempt}], nextDueInMs: number | null}.
create function public.claim_projection_jobs(p_limit integer default 1, p_document_id uuid default null)
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_jobs jsonb;
begin
  -- Who took it six times and never reported back is not worth a seventh.
  update private.projection_jobs j
  set dead_at = v_now, last_error = coalesce(j.last_error, 'The lease ran out.'), lease_token = null, leased_until = null
  where j.attempts >= 6 and j.leased_until < v_now and j.dead_at is null;

  with due as (
    select j.document_id from private.projection_jobs j
    where j.dead_at is null and j.due_at <= v_now and coalesce(j.leased_until, '-infinity') < v_now
      and (p_document_id is null or j.document_id = p_document_id)
    order by j.due_at limit least(greatest(p_limit, 1), 50) for update skip locked
  ), leased as (
    update private.projection_jobs j
    set leased_until = v_now + interval '30 seconds', lease_token = gen_random_uuid(), attempts = j.attempts + 1,
      kicked_at = null
    from due where j.document_id = due.document_id
    returning j.document_id, j.lease_token, j.attempts, j.due_at
  )
  select jsonb_agg(jsonb_build_object('documentId', l.document_id, 'lease', l.lease_token, 'attempt', l.attempts)
    order by l.due_at) into v_jobs from leased l;
  return jsonb_build_object('jobs', coalesce(v_jobs, '[]'), 'nextDueInMs', (
    select greatest(ceil(extract(epoch from j.due_at - v_now) * 1000), 0)::integer
    from private.projection_jobs j
    where j.dead_at is null and coalesce(j.leased_until, '-infinity') < v_now
      and j.due_at < v_now + interval '1 hour'
    order by j.due_at limit 1));
end
$$;

-- Locks head and job; refuses who does not hold the lease. Prolongs it.
create function private.hold_lease(p_document_id uuid, p_lease uuid) returns public.document_heads
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_head public.document_heads;
begin
  select h.* into v_head from public.document_heads h where h.document_id = p_document_id for update;
  update private.projection_jobs j set leased_until = clock_timestamp() + interval '30 seconds'
  where j.document_id = p_document_id and j.lease_token = p_lease;
  if not found then
    perform private.refuse('PT409', 'lease_lost', 'Someone else works on this document now.');
  end if;
  return v_head;
end
$$;

-- The log for the projection: the newest snapshot (older than p_snapshot_before, if given) and the rows after
-- it, or the rows after p_after. Pages of about 8 MB; `more` when rows are left.
create function public.read_document_log(
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
    'projectedSeq', v_head.projected_seq, 'snapshot', v_snapshot, 'updates', v_updates,
    'more', coalesce((v_updates -> -1 ->> 'seq')::bigint, v_after) < v_head.last_seq);
end
$$;

-- What is stored now: {block id: hash in hex}.
create function public.read_block_hashes(p_document_id uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_object_agg(b.id, encode(b.content_hash, 'hex')), '{}')
  from public.blocks b where b.document_id = p_document_id
$$;

-- Writes the rows that changed. p_upserts: [{id, parentPath, sortOrder, type, content, plainText, hash}];
-- p_quarantine: [{seq, reason}]. With p_final the job ends, unless newer updates came: then it is due again.
create function public.write_projection(
  p_document_id uuid, p_lease uuid, p_upto_seq bigint, p_title text, p_upserts jsonb, p_deletes uuid[],
  p_quarantine jsonb default '[]', p_final boolean default true
) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_head public.document_heads := private.hold_lease(p_document_id, p_lease);
  v_written integer;
  v_deleted integer;
begin
  if p_upto_seq > v_head.last_seq or p_upto_seq < v_head.projected_seq then
    perform private.refuse('PT409', 'stale_projection', 'The rows of a later state are written already.');
  end if;
  insert into public.document_quarantine (document_id, seq, reason)
  select p_document_id, q.seq, left(q.reason, 500) from jsonb_to_recordset(p_quarantine) q (seq bigint, reason text)
  on conflict do nothing;

  delete from public.blocks b where b.document_id = p_document_id and b.id = any (p_deletes);
  get diagnostics v_deleted = row_count;

  insert into public.blocks as b
    (document_id, id, parent_path, sort_order, type, content, plain_text, content_hash, updated_at)
  select p_document_id, r.id, r."parentPath"::extensions.ltree, r."sortOrder", r.type, r.content, r."plainText",
    decode(r.hash, 'hex'), now()
  from jsonb_to_recordset(p_upserts)
    r (id uuid, "parentPath" text, "sortOrder" text, type text, content jsonb, "plainText" text, hash text)
  on conflict (document_id, id) do update set parent_path = excluded.parent_path, sort_order = excluded.sort_order,
    type = excluded.type, content = excluded.content, plain_text = excluded.plain_text,
    content_hash = excluded.content_hash, updated_at = excluded.updated_at
  where b.content_hash <> excluded.content_hash;
  get diagnostics v_written = row_count;

  -- An edit that was undone changes nothing and is no change event for anybody's tree.
  update public.documents d set title = left(p_title, 500), updated_at = coalesce(
    (select u.created_at from public.document_updates u
     where u.document_id = p_document_id and u.seq = p_upto_seq), now())
  where d.id = p_document_id and (d.title <> left(p_title, 500) or v_written + v_deleted > 0);

  if not p_final then
    return jsonb_build_object('written', v_written, 'deleted', v_deleted, 'done', false);
  end if;
  update public.document_heads h set projected_seq = p_upto_seq where h.document_id = p_document_id;
  if v_head.last_seq > p_upto_seq then
    update private.projection_jobs j set lease_token = null, leased_until = null, attempts = 0, last_error = null,
      requested_at = clock_timestamp(), due_at = clock_timestamp() + interval '500 milliseconds'
    where j.document_id = p_document_id;
  else
    delete from private.projection_jobs j where j.document_id = p_document_id;
  end if;
  return jsonb_build_object('written', v_written, 'deleted', v_deleted, 'done', v_head.last_seq = p_upto_seq);
end
$$;

-- Gives the lease back after a failure: again later, with growing pauses; the sixth failure is the last until
-- the next edit.
create function public.fail_projection(p_document_id uuid, p_lease uuid, p_error text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_job private.projection_jobs;
begin
  update private.projection_jobs j set lease_token = null, leased_until = null,
    last_error = left(coalesce(p_error, ''), 500),
    dead_at = case when j.attempts >= 6 then clock_timestamp() end,
    due_at = clock_timestamp()
      + least(interval '30 seconds', interval '250 milliseconds' * 2 ^ j.attempts) * (0.75 + random() / 2)
  where j.document_id = p_document_id and j.lease_token = p_lease
  returning j.* into v_job;
  if not found then
    perform private.refuse('PT409', 'lease_lost', 'Someone else works on this document now.');
  end if;
  return jsonb_build_object('attempts', v_job.attempts, 'dead', v_job.dead_at is not null);
end
$$;

-- A worker that leaves while work is left wakes another one.
create function public.hand_over_projection() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document_id uuid;
begin
  select j.document_id into v_document_id from private.projection_jobs j
  where j.dead_at is null and coalesce(j.leased_until, '-infinity') < clock_timestamp()
  order by j.due_at limit 1;
  if found then perform private.kick_projection(v_document_id); end if;
end
$$;

-- Keeps the state up to a seq. Read back before the head points to it.
create function public.write_snapshot(
  p_document_id uuid, p_lease uuid, p_upto_seq bigint, p_state text, p_sha256 text
) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_head public.document_heads := private.hold_lease(p_document_id, p_lease);
begin
  if p_upto_seq > v_head.last_seq or p_upto_seq <= v_head.snapshot_seq then return false; end if;
  insert into public.document_snapshots (document_id, upto_seq, state, sha256)
  values (p_document_id, p_upto_seq, decode(p_state, 'base64'), decode(p_sha256, 'hex'))
  on conflict do nothing;
  if not exists (
    select from public.document_snapshots s
    where s.document_id = p_document_id and s.upto_seq = p_upto_seq
      and s.sha256 = sha256(s.state) and s.sha256 = decode(p_sha256, 'hex')) then
    perform private.refuse('PT409', 'snapshot_differs', 'The stored snapshot is not the one that was sent.');
  end if;
  update public.document_heads h set snapshot_seq = p_upto_seq where h.document_id = p_document_id;
  return true;
end
$$;

-- For /api/health: {schemaVersion, queued, dead, oldestSeconds}.
create function public.health_report() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_version text;
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    select max(m.version) into v_version from supabase_migrations.schema_migrations m;
  end if;
  return (select jsonb_build_object('schemaVersion', v_version,
    'queued', count(*) filter (where j.dead_at is null), 'dead', count(*) filter (where j.dead_at is not null),
    'oldestSeconds', coalesce(greatest(
      round(extract(epoch from clock_timestamp() - min(j.due_at) filter (where j.dead_at is null)), 1), 0), 0))
  from private.projection_jobs j);
end
$$;

revoke all on all functions in schema private from public, anon;
revoke all on function public.admit_function_call(text, text, text, uuid),
  public.claim_projection_jobs(integer, uuid), public.read_document_log(uuid, bigint, bigint),
  public.read_block_hashes(uuid), public.fail_projection(uuid, uuid, text), public.health_report(), public.hand_over_projection(),
  public.write_projection(uuid, uuid, bigint, text, jsonb, uuid[], jsonb, boolean),
  public.write_snapshot(uuid, uuid, bigint, text, text)
from public, anon, authenticated;
grant execute on function public.admit_function_call(text, text, text, uuid),
  public.claim_projection_jobs(integer, uuid), public.read_document_log(uuid, bigint, bigint),
  public.read_block_hashes(uuid), public.fail_projection(uuid, uuid, text), public.health_report(), public.hand_over_projection(),
  public.write_projection(uuid, uuid, bigint, text, jsonb, uuid[], jsonb, boolean),
  public.write_snapshot(uuid, uuid, bigint, text, text)
to service_role;
