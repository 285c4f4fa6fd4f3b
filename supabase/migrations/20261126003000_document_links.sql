-- Which blocks lead to which documents: written wherever blocks are written, read as "linked from" under a document.
-- May run again.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- The documents that a block's content leads to, 50 at most: those it mentions, and those whose addresses it links to.
create or replace function private.linked_documents(p_content jsonb) returns uuid[]
language sql immutable strict parallel safe set search_path = '' as $$
  with named as (
    select m.value #>> '{}' as id
    from jsonb_path_query(p_content, 'lax $.text[*].marks.embed.mention ? (@.kind == "document").id') m (value)
    union
    select substring(h.value #>> '{}' from '^(?:https?://[^/]+)?/w/[0-9a-f-]{36}/d/([0-9a-f-]{36})(?:$|[?#])')
    from jsonb_path_query(p_content, 'lax $.text[*].marks.link.href') h (value)
    where jsonb_typeof(h.value) = 'string'
  )
  select coalesce(array_agg(f.id), '{}') from (
    select case when n.id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then n.id::uuid end as id
    from named n order by 1 limit 50) f
  where f.id is not null
$$;

-- `target_id` is what somebody wrote: it may be of another workspace, or of nothing.
create table if not exists public.document_links (
  document_id uuid not null references public.documents (id) on delete cascade,
  block_id uuid not null,
  target_id uuid not null,
  primary key (document_id, block_id, target_id)
);
create index if not exists idx_document_links_target on public.document_links (target_id);

-- When the blocks that lead elsewhere changed: the change events of documents carry it, so that whoever shows what leads
-- to a document asks again then and not at every edit.
alter table public.documents add column if not exists links_changed_at timestamptz;

create or replace function private.keep_links() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_changed uuid[];
begin
  if tg_op = 'DELETE' then
    with gone as (
      delete from public.document_links l using stale s
      where l.document_id = s.document_id and l.block_id = s.id returning l.document_id)
    select array_agg(distinct g.document_id) into v_changed from gone g;
  elsif tg_op = 'INSERT' then
    with added as (
      insert into public.document_links (document_id, block_id, target_id)
      select f.document_id, f.id, t.id from fresh f, unnest(private.linked_documents(f.content)) t (id)
      on conflict do nothing returning document_id)
    select array_agg(distinct a.document_id) into v_changed from added a;
  else
    -- vectors that are written change no content
    with changed as materialized (
      select f.document_id, f.id, private.linked_documents(f.content) as targets from fresh f
      join stale s on s.document_id = f.document_id and s.id = f.id and s.content_hash <> f.content_hash
    ), gone as (
      delete from public.document_links l using changed c
      where l.document_id = c.document_id and l.block_id = c.id and l.target_id <> all (c.targets)
      returning l.document_id
    ), added as (
      insert into public.document_links (document_id, block_id, target_id)
      select c.document_id, c.id, t.id from changed c, unnest(c.targets) t (id)
      on conflict do nothing returning document_id)
    select array_agg(distinct b.document_id) into v_changed
    from (select g.document_id from gone g union all select a.document_id from added a) b;
  end if;
  if v_changed is not null then
    update public.documents d set links_changed_at = clock_timestamp() where d.id = any (v_changed);
  end if;
  return null;
end
$$;
create or replace trigger keep_new_links after insert on public.blocks
referencing new table as fresh for each statement execute function private.keep_links();
create or replace trigger keep_changed_links after update on public.blocks
referencing old table as stale new table as fresh for each statement execute function private.keep_links();
create or replace trigger keep_gone_links after delete on public.blocks
referencing old table as stale for each statement execute function private.keep_links();

-- What was written before this migration.
insert into public.document_links (document_id, block_id, target_id)
select b.document_id, b.id, t.id from public.blocks b, unnest(private.linked_documents(b.content)) t (id)
on conflict do nothing;

alter table public.document_links enable row level security;
alter table public.document_links force row level security;
drop policy if exists "Members see the links of their documents" on public.document_links;
create policy "Members see the links of their documents" on public.document_links
for select to authenticated using (document_id in (select private.my_documents()));

-- The blocks of other documents of the workspace that lead to this one, the newest first, as the asker may read them;
-- of long texts the part where it is named. Nothing for who may not read the document itself.
create or replace function public.backlinks(p_document_id uuid, p_limit integer default 50)
returns table (
  document_id uuid, block_id uuid, type text, title text, path jsonb, snippet text, snippet_start integer,
  text_length integer, updated_at timestamptz
)
language sql stable set search_path = '' as $$
  select l.document_id, l.block_id, b.type, d.title, private.path_of(d.parent_path),
    substr(b.plain_text, s.start + 1, 240), s.start, char_length(b.plain_text), b.updated_at
  from public.document_links l
  join public.documents t on t.id = l.target_id
  join public.documents d on d.id = l.document_id and d.workspace_id = t.workspace_id and d.trashed_at is null
  join public.blocks b on b.document_id = l.document_id and b.id = l.block_id
  cross join lateral (
    select greatest(0, strpos(b.plain_text, coalesce((
      select nullif(m.value #>> '{label}', '')
      from jsonb_path_query(b.content, 'lax $.text[*].marks.embed.mention') m (value)
      where m.value ->> 'id' = p_document_id::text limit 1), '')) - 81) as place) p
  cross join lateral (select case when char_length(b.plain_text) > 240 then p.place else 0 end as start) s
  where l.target_id = p_document_id and l.document_id <> p_document_id
  order by b.updated_at desc, l.document_id, l.block_id
  limit least(greatest(coalesce(p_limit, 50), 1), 100)
$$;

revoke all on public.document_links from public, anon, authenticated;
grant select on public.document_links to authenticated;
revoke insert, update, delete, truncate on public.document_links from service_role;
revoke all on function private.linked_documents(jsonb), private.keep_links() from public, anon, authenticated, service_role;
revoke all on function public.backlinks(uuid, integer) from public, anon, authenticated, service_role;
grant execute on function public.backlinks(uuid, integer) to authenticated;
