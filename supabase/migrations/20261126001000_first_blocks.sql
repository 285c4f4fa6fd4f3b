-- The first blocks of a document in reading order, for the page to show before its script runs. What they hold is what
-- was projected last, which may be some seconds behind the log.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- [{id, parentPath, type, content}], at most p_limit (1 to 500) of them, parents before what is inside them.
create function public.first_blocks(p_document_id uuid, p_limit integer default 120) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_limit integer := least(greatest(coalesce(p_limit, 120), 1), 500);
begin
  if p_document_id is null or p_document_id not in (select private.my_documents()) then
    perform private.refuse_unknown();
  end if;
  return (
    with recursive seen as (
      (select b.id, b.parent_path, b.type, b.content, array[b.sort_order, b.id::text collate "C"] as place
       from public.blocks b
       where b.document_id = p_document_id and b.parent_path operator(extensions.=) ''
       order by b.sort_order, b.id limit v_limit)
      union all
      select b.id, b.parent_path, b.type, b.content, s.place || array[b.sort_order, b.id::text collate "C"]
      from seen s
      join public.blocks b on b.document_id = p_document_id
        and b.parent_path operator(extensions.=) (s.parent_path operator(extensions.||) private.label(s.id)))
    select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'parentPath', f.parent_path::text, 'type', f.type,
      'content', f.content) order by f.place), '[]')
    from (select * from seen order by place limit v_limit) f);
end
$$;

revoke all on function public.first_blocks(uuid, integer) from public, anon, authenticated, service_role;
grant execute on function public.first_blocks(uuid, integer) to authenticated;
