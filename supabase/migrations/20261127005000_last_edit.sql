-- Who wrote last in a document, and what a workspace's first page tells of its people. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- The newest row of the log that the guard took: nothing where none was written, or it is in a snapshot by now.
create or replace function private.newest_update(p_document_id uuid)
returns table (user_id uuid, created_at timestamptz)
language sql stable set search_path = '' as $$
  select s.user_id, u.created_at
  from public.document_updates u
  join public.document_sessions s on s.document_id = u.document_id and s.session_id = u.session_id
  where u.document_id = p_document_id and not exists (
    select from public.document_quarantine q where q.document_id = u.document_id and q.seq = u.seq)
  order by u.seq desc limit 1
$$;

-- {"at", "by", "blocks"}: `by` is null where that person's account is gone, both are null where it is not known.
-- `blocks` are those projected.
create or replace function public.last_edit(p_document_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_document_id is null or p_document_id not in (select private.my_documents()) then
    perform private.refuse_unknown();
  end if;
  return (
    select jsonb_build_object('at', u.created_at, 'by', u.user_id, 'blocks', c.blocks)
    from (select count(*) as blocks from public.blocks b where b.document_id = p_document_id) c
    left join private.newest_update(p_document_id) u on true);
end
$$;

-- {"recent": [{"id", "said", "by"}], "people": [{"id", "documentId", "at"}]}. Recent are the p_limit (1 to 50) documents
-- that changed last, the newest first, with the beginning of the block that was projected last and who wrote last.
-- People are the members, with the document that each opened last: the newest first, who opened none is not there.
create or replace function public.workspace_home(p_workspace_id uuid, p_limit integer default 20) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_workspace_id is null or p_workspace_id not in (select private.my_workspaces()) then
    perform private.refuse_unknown();
  end if;
  return jsonb_build_object('recent', (
    select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'said', b.said, 'by', u.user_id) order by d.place), '[]')
    from (
      select d.id, row_number() over (order by d.updated_at desc, d.id) as place from public.documents d
      where d.workspace_id = p_workspace_id and d.trashed_at is null and d.id in (select private.my_documents())
      order by d.updated_at desc, d.id limit least(greatest(coalesce(p_limit, 20), 1), 50)) d
    left join private.newest_update(d.id) u on true
    left join lateral (
      select left(b.plain_text, 200) as said from public.blocks b
      where b.document_id = d.id and b.plain_text <> ''
      order by b.updated_at desc, b.id limit 1) b on true
  ), 'people', (
    select coalesce(jsonb_agg(jsonb_build_object('id', m.user_id, 'documentId', s.document_id, 'at', s.opened_at)
      order by s.opened_at desc, m.user_id), '[]')
    from public.workspace_members m, lateral (
      select s.document_id, s.opened_at from public.document_sessions s
      join public.documents d on d.id = s.document_id
      where s.user_id = m.user_id and d.workspace_id = p_workspace_id and d.trashed_at is null
        and d.id in (select private.my_documents())
      order by s.opened_at desc limit 1) s
    where m.workspace_id = p_workspace_id));
end
$$;

revoke all on function private.newest_update(uuid), public.last_edit(uuid), public.workspace_home(uuid, integer)
from public, anon, authenticated, service_role;
grant execute on function public.last_edit(uuid), public.workspace_home(uuid, integer) to authenticated;
