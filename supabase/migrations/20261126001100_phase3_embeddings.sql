-- Vectors of blocks: where they lie, which model made them, and the queue through which process-block makes them.
--
-- Each block has two places for a vector. The active model's is searched; a model that is being prepared fills the
-- other one in the background and becomes active by itself once nothing is missing. A vector counts as long as the
-- hash beside it is that of the present text, and is only ever written where it is.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

create extension if not exists vector with schema extensions;

alter table public.blocks
add column text_hash bytea generated always as (extensions.digest(plain_text, 'sha256')) stored,
add column embedding extensions.vector(384),
add column embedding_hash bytea,
add column embedding_standby extensions.vector(384),
add column embedding_standby_hash bytea;

create index idx_blocks_embedding_hnsw on public.blocks
using hnsw (embedding extensions.vector_cosine_ops) with (m = 16, ef_construction = 64);
create index idx_blocks_embedding_standby_hnsw on public.blocks
using hnsw (embedding_standby extensions.vector_cosine_ops) with (m = 16, ef_construction = 64);

create table private.embedding_models (
  id bigint generated always as identity primary key,
  -- As its maker calls it.
  name text not null unique check (char_length(name) between 1 and 200),
  -- A cosine up to here says nothing: some models never give less than 0.7.
  cosine_floor double precision not null check (cosine_floor between 0 and 0.95),
  -- A model that is retiring holds its place until the vectors in it are gone.
  slot text check (slot in ('main', 'standby')),
  state text not null check (state in ('active', 'preparing', 'retiring', 'retired')),
  -- Documents that had to be worked on when its preparation began, for the progress.
  documents bigint not null default 0,
  changed_at timestamptz not null default clock_timestamp(),
  check ((slot is null) = (state = 'retired'))
);
create unique index idx_embedding_models_state on private.embedding_models (state) where state <> 'retired';
create unique index idx_embedding_models_slot on private.embedding_models (slot);

create table private.embedding_jobs (
  document_id uuid primary key references public.documents (id) on delete cascade,
  requested_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default clock_timestamp(),
  leased_until timestamptz,
  lease_token uuid,
  attempts bigint not null default 0,
  dead_at timestamptz,
  last_error text
);
create index idx_embedding_jobs_due on private.embedding_jobs (due_at) where dead_at is null;

alter table private.embedding_models enable row level security;
alter table private.embedding_models force row level security;
alter table private.embedding_jobs enable row level security;
alter table private.embedding_jobs force row level security;
revoke all on private.embedding_models, private.embedding_jobs from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------- what is missing

-- Whether a block lacks the vector of a place. Text without a visible character has none.
create function private.lacks_vector(p_slot text, p_block public.blocks) returns boolean
language sql immutable set search_path = '' as $$
  select p_block.plain_text ~ '\S' and p_block.text_hash is distinct from
    case p_slot when 'main' then p_block.embedding_hash else p_block.embedding_standby_hash end
$$;

-- Whether a document has such a block, for the models named, or for all that are in use.
create function private.has_missing_vectors(p_document_id uuid, p_models bigint[] default null) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.blocks b, private.embedding_models m
    where b.document_id = p_document_id and m.state in ('active', 'preparing')
      and (p_models is null or m.id = any (p_models)) and private.lacks_vector(m.slot, b))
$$;

-- One job a document with a missing vector; how many there are. Jobs that are there stay as they are.
create function private.queue_missing_vectors() returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_count bigint;
begin
  with missing as (
    select distinct b.document_id from public.blocks b, private.embedding_models m
    where m.state in ('active', 'preparing') and private.lacks_vector(m.slot, b)
  ), queued as (
    insert into private.embedding_jobs (document_id) select m.document_id from missing m
    on conflict do nothing
  )
  select count(*) into v_count from missing;
  return v_count;
end
$$;

-- After rows were written: a job for each document whose text now lacks a vector, due half a second after the last
-- change and at most two after the first. Text that is again what its vector was made of takes the job away.
create function private.request_vectors(p_changed uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  insert into private.embedding_jobs as j (document_id, requested_at, due_at)
  select c.id, v_now, v_now + interval '500 milliseconds' from unnest(p_changed) c (id)
  where private.has_missing_vectors(c.id)
  order by c.id
  on conflict (document_id) do update set
    requested_at = case when j.dead_at is null then j.requested_at else v_now end,
    due_at = case
      when j.dead_at is not null then v_now + interval '500 milliseconds'
      when j.attempts > 0 then j.due_at
      else least(v_now + interval '500 milliseconds', j.requested_at + interval '2 seconds') end,
    attempts = case when j.dead_at is null then j.attempts else 0 end,
    dead_at = null;
  delete from private.embedding_jobs j
  where j.document_id = any (p_changed) and coalesce(j.leased_until, '-infinity') < v_now
    and not private.has_missing_vectors(j.document_id);
end
$$;

-- ---------------------------------------------------------------- models

-- What a function can make vectors with: [{name, cosineFloor}], the one to be used last. The first one ever is
-- active at once; another is prepared beside the active one, as soon as the other place is free; one that is no
-- longer wanted gives its place up.
create function private.offer_embedding_models(p_models jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_wanted jsonb := p_models -> -1;
  v_name text := v_wanted ->> 'name';
  v_active private.embedding_models;
  v_id bigint;
begin
  if v_name is null then return; end if;
  select m.* into v_active from private.embedding_models m where m.state = 'active';
  if v_active.name = v_name and not exists (select from private.embedding_models m where m.state = 'preparing')
    or exists (select from private.embedding_models m where m.state = 'preparing' and m.name = v_name) then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('embedding models', 0));
  select m.* into v_active from private.embedding_models m where m.state = 'active';
  update private.embedding_models m set state = 'retiring', changed_at = clock_timestamp()
  where m.state = 'preparing' and m.name <> v_name
    and not exists (select from private.embedding_models other where other.state = 'retiring');
  if v_active.name = v_name or exists (
    select from private.embedding_models m where m.state in ('preparing', 'retiring')) then
    return;
  end if;
  insert into private.embedding_models as m (name, cosine_floor, slot, state)
  values (v_name, coalesce((v_wanted ->> 'cosineFloor')::double precision, 0),
    case when v_active.slot = 'main' then 'standby' else 'main' end,
    case when v_active.id is null then 'active' else 'preparing' end)
  on conflict (name) do update set slot = excluded.slot, state = excluded.state, cosine_floor = excluded.cosine_floor,
    changed_at = clock_timestamp()
  returning m.id into v_id;
  update private.embedding_models m set documents = private.queue_missing_vectors() where m.id = v_id;
  perform private.finish_preparation();
end
$$;

-- Makes the model that is being prepared the active one when no block lacks its vector.
create function private.finish_preparation() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_next private.embedding_models;
begin
  select m.* into v_next from private.embedding_models m where m.state = 'preparing';
  if not found or exists (select from private.embedding_jobs j where j.dead_at is null)
    or exists (select from public.blocks b where private.lacks_vector(v_next.slot, b)) then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('embedding models', 0));
  update private.embedding_models m set state = 'retiring', changed_at = clock_timestamp() where m.state = 'active';
  update private.embedding_models m set state = 'active', changed_at = clock_timestamp() where m.id = v_next.id;
end
$$;

-- Empties the place of a model that retires, some rows at a time, and lets it go.
create function private.empty_retired_slot(p_rows bigint default 5000) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_old private.embedding_models;
  v_is_main boolean;
begin
  select m.* into v_old from private.embedding_models m where m.state = 'retiring';
  if not found then return; end if;
  v_is_main := v_old.slot = 'main';
  with filled as (
    select b.document_id, b.id from public.blocks b
    where case when v_is_main then b.embedding_hash else b.embedding_standby_hash end is not null
    limit p_rows for update skip locked
  )
  update public.blocks b set
    embedding = case when v_is_main then null else b.embedding end,
    embedding_hash = case when v_is_main then null else b.embedding_hash end,
    embedding_standby = case when v_is_main then b.embedding_standby end,
    embedding_standby_hash = case when v_is_main then b.embedding_standby_hash end
  from filled where b.document_id = filled.document_id and b.id = filled.id;
  if not exists (select from public.blocks b
                 where case when v_is_main then b.embedding_hash else b.embedding_standby_hash end is not null) then
    update private.embedding_models m set state = 'retired', slot = null, changed_at = clock_timestamp()
    where m.id = v_old.id;
  end if;
end
$$;

-- ---------------------------------------------------------------- doing the work (service role only)

-- Leases due jobs to a function that has these models (see offer_embedding_models):
-- {jobs: [{documentId, lease, attempt}], models: [{id, name}], nextDueInMs: number | null}.
create function public.claim_embedding_jobs(p_models jsonb, p_limit integer default 1, p_document_id uuid default null)
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_jobs jsonb;
begin
  perform private.offer_embedding_models(p_models);
  update private.embedding_jobs j
  set dead_at = v_now, last_error = coalesce(j.last_error, 'The lease ran out.'), lease_token = null, leased_until = null
  where j.attempts >= 6 and j.leased_until < v_now and j.dead_at is null;

  with due as (
    select j.document_id from private.embedding_jobs j
    where j.dead_at is null and j.due_at <= v_now and coalesce(j.leased_until, '-infinity') < v_now
      and (p_document_id is null or j.document_id = p_document_id)
    order by j.due_at limit least(greatest(p_limit, 1), 50) for update skip locked
  ), leased as (
    update private.embedding_jobs j
    set leased_until = v_now + interval '60 seconds', lease_token = gen_random_uuid(), attempts = j.attempts + 1
    from due where j.document_id = due.document_id
    returning j.document_id, j.lease_token, j.attempts, j.due_at
  )
  select jsonb_agg(jsonb_build_object('documentId', l.document_id, 'lease', l.lease_token, 'attempt', l.attempts)
    order by l.due_at) into v_jobs from leased l;
  return jsonb_build_object('jobs', coalesce(v_jobs, '[]'),
    'models', (
      select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name) order by m.state), '[]')
      from private.embedding_models m
      where m.state in ('active', 'preparing')
        and m.name in (select o.item ->> 'name' from jsonb_array_elements(p_models) o (item))),
    'nextDueInMs', (
      select greatest(ceil(extract(epoch from j.due_at - v_now) * 1000), 0)::integer
      from private.embedding_jobs j
      where j.dead_at is null and coalesce(j.leased_until, '-infinity') < v_now
        -- What is due later, the sweep takes: nobody waits so long for it.
        and j.due_at < v_now + interval '20 seconds'
      order by j.due_at limit 1));
end
$$;

-- Locks the job; refuses who does not hold its lease. Prolongs it.
create function private.hold_embedding_lease(p_document_id uuid, p_lease uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update private.embedding_jobs j set leased_until = clock_timestamp() + interval '60 seconds'
  where j.document_id = p_document_id and j.lease_token = p_lease;
  if not found then
    perform private.refuse('PT409', 'lease_lost', 'Someone else works on this document now.');
  end if;
end
$$;

-- Some of the texts whose vectors of that model are missing: [{id, hash, text}], about a million characters of them.
create function public.read_embedding_texts(p_document_id uuid, p_model_id bigint, p_limit integer default 32)
returns jsonb
language sql stable security definer set search_path = '' as $$
  with missing as (
    select b.id, b.text_hash, b.plain_text, sum(char_length(b.plain_text)) over (order by b.id) as chars,
      row_number() over (order by b.id) as place
    from public.blocks b, private.embedding_models m
    where b.document_id = p_document_id and m.id = p_model_id and m.state in ('active', 'preparing')
      and private.lacks_vector(m.slot, b)
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'hash', encode(f.text_hash, 'hex'), 'text', f.plain_text)
    order by f.place), '[]')
  from (select * from missing m where m.place = 1 or (m.place <= least(p_limit, 256) and m.chars < 1000000)) f
$$;

-- Writes vectors, [{id, hash, vector}], where the text is still the one they were made of; how many. A step forward
-- begins the count of attempts anew.
create function public.write_embeddings(p_document_id uuid, p_lease uuid, p_model_id bigint, p_vectors jsonb)
returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_slot text;
  v_written integer;
begin
  perform private.hold_embedding_lease(p_document_id, p_lease);
  select m.slot into v_slot from private.embedding_models m
  where m.id = p_model_id and m.state in ('active', 'preparing');
  if not found then
    perform private.refuse('PT409', 'model_gone', 'This model is not in use any more.');
  end if;
  update public.blocks b set
    embedding = case when v_slot = 'main' then g.made else b.embedding end,
    embedding_hash = case when v_slot = 'main' then b.text_hash else b.embedding_hash end,
    embedding_standby = case when v_slot = 'main' then b.embedding_standby else g.made end,
    embedding_standby_hash = case when v_slot = 'main' then b.embedding_standby_hash else b.text_hash end
  from (select r.id, decode(r.hash, 'hex') as hash, r.vector::extensions.vector(384) as made
        from jsonb_to_recordset(p_vectors) r (id uuid, hash text, vector text)) g
  where b.document_id = p_document_id and b.id = g.id and b.text_hash = g.hash;
  get diagnostics v_written = row_count;
  if v_written > 0 then
    update private.embedding_jobs j set attempts = 1, last_error = null where j.document_id = p_document_id;
  end if;
  return v_written;
end
$$;

-- Ends the job, or leaves it due at once when text changed meanwhile; whether it ended.
create function public.finish_embedding(p_document_id uuid, p_lease uuid, p_models bigint[]) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  -- The job's lock first: whoever asks for vectors from now on waits, and then makes a new one.
  perform private.hold_embedding_lease(p_document_id, p_lease);
  if private.has_missing_vectors(p_document_id, p_models) then
    update private.embedding_jobs j set lease_token = null, leased_until = null, attempts = 0, last_error = null,
      requested_at = clock_timestamp(), due_at = clock_timestamp()
    where j.document_id = p_document_id;
    return false;
  end if;
  delete from private.embedding_jobs j where j.document_id = p_document_id;
  perform private.finish_preparation();
  return true;
end
$$;

-- Gives the lease back after a failure: again later, with growing pauses, up to five minutes; the sixth failure in a
-- row is the last until the next edit.
create function public.fail_embedding(p_document_id uuid, p_lease uuid, p_error text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_job private.embedding_jobs;
begin
  update private.embedding_jobs j set lease_token = null, leased_until = null,
    last_error = left(coalesce(p_error, ''), 500),
    dead_at = case when j.attempts >= 6 then clock_timestamp() end,
    due_at = clock_timestamp() + interval '250 milliseconds' * 4 ^ j.attempts * (0.75 + random() / 2)
  where j.document_id = p_document_id and j.lease_token = p_lease
  returning j.* into v_job;
  if not found then
    perform private.refuse('PT409', 'lease_lost', 'Someone else works on this document now.');
  end if;
  return jsonb_build_object('attempts', v_job.attempts, 'dead', v_job.dead_at is not null);
end
$$;

-- As before, and for vectors, too.
create or replace function public.hand_over_projection() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document_id uuid;
begin
  select j.document_id into v_document_id from (
    select p.document_id, p.due_at from private.projection_jobs p
    where p.dead_at is null and coalesce(p.leased_until, '-infinity') < clock_timestamp()
    union all
    select e.document_id, e.due_at from private.embedding_jobs e
    where e.dead_at is null and coalesce(e.leased_until, '-infinity') < clock_timestamp()
      and e.due_at < clock_timestamp() + interval '20 seconds') j
  order by j.due_at limit 1;
  if found then perform private.kick_projection(v_document_id); end if;
end
$$;

-- ---------------------------------------------------------------- by itself

-- Wakes process-block for a job that has been due for five seconds and that nobody took.
create function private.sweep_embedding_jobs() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document_id uuid;
begin
  perform private.empty_retired_slot();
  perform private.finish_preparation();
  select j.document_id into v_document_id from private.embedding_jobs j
  where j.dead_at is null and j.due_at < clock_timestamp() - interval '5 seconds'
    and coalesce(j.leased_until, '-infinity') < clock_timestamp()
  order by j.due_at limit 1;
  if found then perform private.kick_projection(v_document_id); end if;
end
$$;

-- ---------------------------------------------------------------- what is to be seen of it

-- For /api/health: as before, and the same of the vectors, with the models.
create or replace function public.health_report() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_version text;
  v_vectors jsonb;
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    select max(m.version) into v_version from supabase_migrations.schema_migrations m;
  end if;
  select jsonb_build_object('queued', count(*) filter (where j.dead_at is null),
    'dead', count(*) filter (where j.dead_at is not null),
    'oldestSeconds', coalesce(greatest(
      round(extract(epoch from clock_timestamp() - min(j.due_at) filter (where j.dead_at is null)), 1), 0), 0),
    'model', (select m.name from private.embedding_models m where m.state = 'active'),
    'preparing', (select m.name from private.embedding_models m where m.state = 'preparing'))
  into v_vectors from private.embedding_jobs j;
  return (select jsonb_build_object('schemaVersion', v_version,
    'queued', count(*) filter (where j.dead_at is null), 'dead', count(*) filter (where j.dead_at is not null),
    'oldestSeconds', coalesce(greatest(
      round(extract(epoch from clock_timestamp() - min(j.due_at) filter (where j.dead_at is null)), 1), 0), 0),
    'embedding', v_vectors)
  from private.projection_jobs j);
end
$$;

-- For the members of a workspace: {model, waiting, failed, preparing: {name, progress} | null}. `waiting` and `failed`
-- count its documents; the progress (0 to 1) is that of the whole project, without numbers that are others' business.
create function public.search_status(p_workspace_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform private.require_role(p_workspace_id, 'owner', 'admin', 'editor', 'commenter', 'viewer');
  return (
    select jsonb_build_object('model', (select m.name from private.embedding_models m where m.state = 'active'),
      'waiting', count(*) filter (where j.dead_at is null), 'failed', count(*) filter (where j.dead_at is not null),
      'preparing', (
        select jsonb_build_object('name', m.name, 'progress', round(greatest(
          1 - (select count(*) from private.embedding_jobs every) / greatest(m.documents, 1)::numeric, 0), 2))
        from private.embedding_models m where m.state = 'preparing'))
    from private.embedding_jobs j
    where j.document_id in (select d.id from public.documents d where d.workspace_id = p_workspace_id));
end
$$;

revoke all on all functions in schema private from public, anon;
revoke all on function private.lacks_vector(text, public.blocks), private.has_missing_vectors(uuid, bigint[]),
  private.queue_missing_vectors(), private.request_vectors(uuid[]), private.offer_embedding_models(jsonb),
  private.finish_preparation(), private.empty_retired_slot(bigint), private.hold_embedding_lease(uuid, uuid),
  private.sweep_embedding_jobs()
from authenticated, service_role;
revoke all on function public.claim_embedding_jobs(jsonb, integer, uuid),
  public.read_embedding_texts(uuid, bigint, integer), public.write_embeddings(uuid, uuid, bigint, jsonb),
  public.finish_embedding(uuid, uuid, bigint[]), public.fail_embedding(uuid, uuid, text),
  public.search_status(uuid)
from public, anon, authenticated, service_role;
grant execute on function public.claim_embedding_jobs(jsonb, integer, uuid),
  public.read_embedding_texts(uuid, bigint, integer), public.write_embeddings(uuid, uuid, bigint, jsonb),
  public.finish_embedding(uuid, uuid, bigint[]), public.fail_embedding(uuid, uuid, text)
to service_role;
grant execute on function public.search_status(uuid) to authenticated;

do $$ begin
  if to_regprocedure('cron.schedule(text, text, text)') is not null then
    perform cron.schedule('sweep embedding jobs', '30 seconds', 'select private.sweep_embedding_jobs()');
    perform cron.schedule('find missing vectors', '41 * * * *', 'select private.queue_missing_vectors()');
  end if;
end $$;
