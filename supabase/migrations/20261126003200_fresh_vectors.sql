-- Vectors of what was just written come first, a batch at a time. May run again.
--
-- A turn is one batch of one document. Three turns of four go to who has few texts waiting before who has many, and
-- among them to who was written in last: a line is found by meaning soon after its last key, whatever is imported
-- meanwhile. The fourth goes to who waited longest, so that nobody waits for ever.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- written_at  when somebody wrote in it last; null where only a model is new
-- texts       how many texts wait for a vector, counted up to 9
alter table private.embedding_jobs add column if not exists written_at timestamptz;
alter table private.embedding_jobs add column if not exists texts bigint not null default 9;

create sequence if not exists private.embedding_turns;
revoke all on sequence private.embedding_turns from public, anon, authenticated, service_role;

-- How many blocks of a document lack a vector, for the models named or for all that are in use, counted up to p_most.
create or replace function private.count_missing_vectors(
  p_document_id uuid, p_models bigint[] default null, p_most integer default 9
) returns bigint
language sql stable security definer set search_path = '' as $$
  select count(*) from (
    select from private.embedding_models m, public.blocks b
    where b.document_id = p_document_id and m.state in ('active', 'preparing')
      and (p_models is null or m.id = any (p_models)) and b.plain_text ~ '\S'
      and b.text_hash is distinct from case m.slot when 'main' then b.embedding_hash else b.embedding_standby_hash end
    limit p_most) missing
$$;

create or replace function private.request_vectors(p_changed uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  insert into private.embedding_jobs as j (document_id, requested_at, due_at, written_at, texts)
  select c.id, v_now, v_now + interval '500 milliseconds', v_now, m.texts
  from unnest(p_changed) c (id), private.count_missing_vectors(c.id) m (texts)
  where m.texts > 0
  order by c.id
  on conflict (document_id) do update set
    requested_at = case when j.dead_at is null then j.requested_at else v_now end,
    due_at = case
      when j.dead_at is not null then v_now + interval '500 milliseconds'
      when j.attempts > 0 then j.due_at
      else least(v_now + interval '500 milliseconds', j.requested_at + interval '2 seconds') end,
    attempts = case when j.dead_at is null then j.attempts else 0 end,
    dead_at = null, written_at = excluded.written_at, texts = excluded.texts;
  delete from private.embedding_jobs j
  where j.document_id = any (p_changed) and coalesce(j.leased_until, '-infinity') < v_now
    and private.count_missing_vectors(j.document_id, null, 1) = 0;
end
$$;

-- As before, in the order that is said above.
create or replace function public.claim_embedding_jobs(
  p_models jsonb, p_limit integer default 1, p_document_id uuid default null
) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_is_for_longest boolean := nextval('private.embedding_turns') % 4 = 0;
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
    order by case when v_is_for_longest then j.due_at end, j.texts > 8, j.written_at desc nulls last, j.due_at
    limit least(greatest(p_limit, 1), 50) for update skip locked
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

-- The newest of the texts whose vectors of that model are missing: [{id, hash, text}], about 32,000 characters of them,
-- where one text counts no more than the 32 chunks that are taken of it.
create or replace function public.read_embedding_texts(p_document_id uuid, p_model_id bigint, p_limit integer default 32)
returns jsonb
language sql stable security definer set search_path = '' as $$
  with missing as materialized (
    select b.id, b.text_hash, b.plain_text, b.updated_at from private.embedding_models m, public.blocks b
    where b.document_id = p_document_id and m.id = p_model_id and m.state in ('active', 'preparing')
      and b.plain_text ~ '\S'
      and b.text_hash is distinct from case m.slot when 'main' then b.embedding_hash else b.embedding_standby_hash end
    order by b.updated_at desc, b.id limit least(p_limit, 256)
  ), counted as (
    select m.*, row_number() over newest as place, sum(least(char_length(m.plain_text), 32000)) over newest as chars
    from missing m window newest as (order by m.updated_at desc, m.id)
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'hash', encode(c.text_hash, 'hex'), 'text', c.plain_text)
    order by c.place), '[]')
  from counted c where c.place = 1 or c.chars <= 32000
$$;

-- Ends the job, or leaves it due at once when texts are left; whether it ended.
create or replace function public.finish_embedding(p_document_id uuid, p_lease uuid, p_models bigint[]) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_left bigint;
begin
  -- The job's lock first: whoever asks for vectors from now on waits, and then makes a new one.
  perform private.hold_embedding_lease(p_document_id, p_lease);
  v_left := private.count_missing_vectors(p_document_id, p_models);
  if v_left > 0 then
    update private.embedding_jobs j set lease_token = null, leased_until = null, attempts = 0, last_error = null,
      requested_at = clock_timestamp(), due_at = clock_timestamp(), texts = v_left
    where j.document_id = p_document_id;
    return false;
  end if;
  delete from private.embedding_jobs j where j.document_id = p_document_id;
  perform private.finish_preparation();
  return true;
end
$$;

drop function if exists private.has_missing_vectors(uuid, bigint[]);
revoke all on function private.count_missing_vectors(uuid, bigint[], integer)
from public, anon, authenticated, service_role;
