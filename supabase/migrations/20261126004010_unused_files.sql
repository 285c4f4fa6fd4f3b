-- Files of Storage that no document holds any more. What a document holds is read in the bytes of its log and snapshots,
-- not in its rows: there an attachment's name stands as long as somebody may bring it back. So nothing goes that any
-- document, in use or in the trash, says in a block, an update or a snapshot. Only Storage itself may remove a file: the
-- function sweep-files asks here what may go, and tells what went. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- Which documents name which files ('<document>/<attachment>'), as far as their logs were read.
create table if not exists private.file_mentions (
  name text not null,
  document_id uuid not null references public.documents (id) on delete cascade,
  looked_at timestamptz not null default clock_timestamp(),
  -- Since when neither log nor snapshots hold it.
  gone_at timestamptz,
  primary key (name, document_id)
);
create index if not exists idx_file_mentions_document on private.file_mentions (document_id);
create index if not exists idx_file_mentions_looked on private.file_mentions (looked_at) where gone_at is null;

create table if not exists private.file_readings (
  document_id uuid primary key references public.documents (id) on delete cascade,
  upto_seq bigint not null
);
alter table private.file_mentions enable row level security;
alter table private.file_mentions force row level security;
alter table private.file_readings enable row level security;
alter table private.file_readings force row level security;
revoke all on private.file_mentions, private.file_readings from public, anon, authenticated, service_role;

-- How long a file stays that was never named, or is not named any more: whoever attached it may still be without a
-- connection, and who deleted it may take that back in a page that is still open.
create or replace function private.unused_files_kept_for() returns interval
language sql immutable set search_path = '' as $$
  select interval '30 days'
$$;

-- The names of files in an update or a snapshot: Yjs writes the words of an attribute as they are, in one piece.
create or replace function private.file_names_in(p_bytes bytea) returns setof text
language sql immutable strict parallel safe set search_path = '' as $$
  select distinct m.found[1] from regexp_matches(encode(p_bytes, 'escape'),
    '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})', 'g') m (found)
$$;

-- Reads what the logs say since they were last read, up to about p_bytes; whether that was all of it. Rows that are gone
-- unread are in the snapshots.
create or replace function private.read_file_mentions(p_bytes bigint default 20000000) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v record;
  v_left bigint := p_bytes;
begin
  for v in
    select h.document_id, h.last_seq, h.pruned_seq, coalesce(r.upto_seq, -1) as upto_seq
    from public.document_heads h left join private.file_readings r on r.document_id = h.document_id
    where h.last_seq > coalesce(r.upto_seq, 0)
  loop
    if v_left <= 0 then return false; end if;
    with bytes as materialized (
      select u.data from public.document_updates u
      where u.document_id = v.document_id and u.seq > v.upto_seq and u.seq <= v.last_seq
        -- Shorter than a name.
        and octet_length(u.data) >= 73
      union all
      select s.state from public.document_snapshots s
      where s.document_id = v.document_id and v.upto_seq < v.pruned_seq
    ), named as (
      insert into private.file_mentions as m (name, document_id)
      select distinct f.name, v.document_id from bytes b, private.file_names_in(b.data) f (name)
      on conflict (name, document_id) do update set gone_at = null, looked_at = clock_timestamp()
    )
    select v_left - 1000 - coalesce(sum(octet_length(b.data)), 0) into v_left from bytes b;
    insert into private.file_readings as r (document_id, upto_seq) values (v.document_id, v.last_seq)
    on conflict (document_id) do update set upto_seq = greatest(r.upto_seq, v.last_seq);
  end loop;
  return true;
end
$$;

create or replace function private.holds_file(p_document_id uuid, p_name text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.blocks b where b.document_id = p_document_id and b.type in ('image', 'file')
      and b.content #>> '{attrs,attachment}' = p_name)
    or exists (select from public.document_snapshots s where s.document_id = p_document_id
      and position(convert_to(p_name, 'UTF8') in s.state) > 0)
    or exists (select from public.document_updates u where u.document_id = p_document_id
      and octet_length(u.data) >= 73 and position(convert_to(p_name, 'UTF8') in u.data) > 0)
$$;

-- Looks again, once a day for each, whether documents still hold what they named.
create or replace function private.recheck_file_mentions(p_mentions bigint default 1000) returns void
language sql volatile security definer set search_path = '' as $$
  with due as (
    select m.name, m.document_id from private.file_mentions m
    where m.gone_at is null and m.looked_at < clock_timestamp() - interval '1 day'
    order by m.looked_at limit p_mentions for update skip locked
  )
  update private.file_mentions m set looked_at = clock_timestamp(),
    gone_at = case when not private.holds_file(m.document_id, m.name) then clock_timestamp() end
  from due where m.name = due.name and m.document_id = due.document_id
$$;

-- ---------------------------------------------------------------- what may go (service role only)

-- The names of files that nothing holds: of documents that are gone, at once; of others, when they were named nowhere for
-- 30 days. None before all logs are read; what was written since then is looked through by the last statement itself.
create or replace function public.list_unused_files(p_limit bigint default 100) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_since constant timestamptz := clock_timestamp() - private.unused_files_kept_for();
  v_names jsonb;
begin
  if not private.read_file_mentions() then return '[]'; end if;
  perform private.recheck_file_mentions();
  with unread as materialized (
    select u.data from public.document_heads h
    left join private.file_readings r on r.document_id = h.document_id
    join public.document_updates u on u.document_id = h.document_id and u.seq > coalesce(r.upto_seq, 0)
    where h.last_seq > coalesce(r.upto_seq, 0) and octet_length(u.data) >= 73
  ), unnamed as materialized (
    -- Of another form than ours no name is cast, and no file touched.
    select o.name, o.created_at from storage.objects o
    where o.bucket_id = 'attachments'
      and o.name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      and not exists (
        select from private.file_mentions m where m.name = o.name and (m.gone_at is null or m.gone_at > v_since))
  )
  select jsonb_agg(f.name) into v_names from (
    select n.name from unnamed n
    where (n.created_at < v_since
        or not exists (select from public.documents d where d.id = split_part(n.name, '/', 1)::uuid))
      and not exists (select from unread u where position(convert_to(n.name, 'UTF8') in u.data) > 0)
      and not private.holds_file(split_part(n.name, '/', 1)::uuid, n.name)
    order by n.created_at limit least(greatest(p_limit, 1), 1000)) f;
  return coalesce(v_names, '[]');
end
$$;

create or replace function public.note_removed_files(p_count bigint) returns void
language sql volatile security definer set search_path = '' as $$
  insert into private.removals (kind, amount) select 'files', p_count where p_count > 0
$$;

-- Calls sweep-files, signed as calls of process-block are, for no document. A call that cannot be made fails nothing.
create or replace function private.sweep_files() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_url text := (select c.value from private.runtime_config c where c.key = 'functions_url');
  v_secret text := (select c.value from private.runtime_config c where c.key = 'functions_secret');
  v_none constant text := '00000000-0000-0000-0000-000000000000';
  v_time text := floor(extract(epoch from clock_timestamp()))::bigint::text;
  v_nonce text := gen_random_uuid()::text;
begin
  if v_url is null or v_secret is null or not exists (
    select from storage.objects o where o.bucket_id = 'attachments') then return; end if;
  perform net.http_post(
    url := v_url || '/sweep-files',
    body := '{}'::jsonb,
    headers := jsonb_build_object('Content-Type', 'application/json', 'x-timestamp', v_time, 'x-nonce', v_nonce,
      'x-signature', encode(extensions.hmac(v_time || '.' || v_nonce || '.' || v_none, v_secret, 'sha256'), 'hex')),
    timeout_milliseconds := 5000);
exception when others then
  raise warning 'sweep-files was not called: %', sqlerrm;
end
$$;

revoke all on function private.unused_files_kept_for(), private.file_names_in(bytea), private.read_file_mentions(bigint),
  private.holds_file(uuid, text), private.recheck_file_mentions(bigint), private.sweep_files()
from public, anon, authenticated, service_role;
revoke all on function public.list_unused_files(bigint), public.note_removed_files(bigint)
from public, anon, authenticated, service_role;
grant execute on function public.list_unused_files(bigint), public.note_removed_files(bigint) to service_role;

do $$ begin
  if to_regprocedure('cron.schedule(text, text, text)') is not null then
    perform cron.schedule('sweep unused files', '7 * * * *', 'select private.sweep_files()');
  end if;
end $$;
