-- The tree of documents: create, move, trash with the subtree, restore, delete forever.
-- Every change of one workspace's tree takes its turn at one lock, so that no two moves make a circle.

create function private.lock_tree(p_workspace_id uuid) returns void
language sql volatile set search_path = '' as $$
  select pg_advisory_xact_lock(hashtextextended('tree:' || p_workspace_id, 0))
$$;

-- Order keys are compared by byte. Six digits of base 36 count from 'i00000'; where two neighbours leave
-- no number between them, a fraction follows, which never ends in '0' (nothing fits between 'a' and 'a0').
create function private.key_digit(p_key text, p_at integer) returns integer
language sql immutable set search_path = '' as $$
  select greatest(strpos('0123456789abcdefghijklmnopqrstuvwxyz', nullif(substr(p_key, p_at, 1), '')) - 1, 0)
$$;

create function private.key_number(p_key text) returns bigint
language sql immutable set search_path = '' as $$
  select sum(coalesce(private.key_digit(p_key, i), 0) * (36 ^ (6 - i))::bigint)::bigint from generate_series(1, 6) i
$$;

create function private.number_key(p_number bigint) returns text
language sql immutable set search_path = '' as $$
  select string_agg(substr('0123456789abcdefghijklmnopqrstuvwxyz',
    (p_number / (36 ^ (6 - i))::bigint % 36)::integer + 1, 1), '' order by i) from generate_series(1, 6) i
$$;

-- The digits halfway between two keys, as if each went on with zeros; no upper key means the end of all keys.
create function private.key_fraction(p_low text, p_high text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_key text := '';
  v_high text := p_high;
  v_at integer := 0;
  v_from integer;
  v_to integer;
begin
  loop
    v_at := v_at + 1;
    v_from := coalesce(private.key_digit(p_low, v_at), 0);
    v_to := case when v_high is null then 36 else coalesce(private.key_digit(v_high, v_at), 0) end;
    if v_to - v_from > 1 then
      return v_key || substr('0123456789abcdefghijklmnopqrstuvwxyz', (v_from + v_to) / 2 + 1, 1);
    end if;
    v_key := v_key || substr('0123456789abcdefghijklmnopqrstuvwxyz', v_from + 1, 1);
    if v_to > v_from then v_high := null; end if;
  end loop;
end
$$;

create function private.key_between(p_low text, p_high text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_low bigint := private.key_number(p_low);
  v_high bigint := private.key_number(p_high);
  v_last constant bigint := (36 ^ 6)::bigint - 1;
begin
  if p_low is null and p_high is null then return 'i00000'; end if;
  if p_high is null and v_low < v_last then return private.number_key(v_low + 1); end if;
  if p_low is null and v_high > 1 then return private.number_key(v_high - 1); end if;
  if v_high - v_low > 1 then return private.number_key((v_low + v_high) / 2); end if;
  return private.key_fraction(coalesce(p_low, ''), p_high);
end
$$;

-- Where a document goes among its siblings: after the one named, at the front, or at the end.
-- Siblings in the trash count too, so that restoring them never makes two equal keys.
create function private.place_for(
  p_workspace_id uuid, p_path extensions.ltree, p_after_id uuid, p_moving_id uuid, p_at_end boolean
) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_low text;
  v_high text;
  v_key text;
begin
  if p_after_id is not null then
    select d.sort_order into v_low from public.documents d
    where d.id = p_after_id and d.id is distinct from p_moving_id and d.workspace_id = p_workspace_id
      and d.parent_path operator(extensions.=) p_path and d.trashed_at is null;
    if not found then
      perform private.refuse('PT400', 'invalid_input', 'The document to follow is not at that place.');
    end if;
  elsif p_at_end then
    select max(d.sort_order) into v_low from public.documents d
    where d.workspace_id = p_workspace_id and d.parent_path operator(extensions.=) p_path
      and d.id is distinct from p_moving_id;
  end if;
  select min(d.sort_order) into v_high from public.documents d
  where d.workspace_id = p_workspace_id and d.parent_path operator(extensions.=) p_path
    and d.id is distinct from p_moving_id and (v_low is null or d.sort_order > v_low);
  v_key := private.key_between(v_low, v_high);
  if octet_length(v_key) <= 100 then return v_key; end if;

  -- Thousands of insertions at one point: number the siblings afresh, then look again.
  update public.documents d set sort_order = fresh.key
  from (select s.id, private.number_key(1088391168 + 1000 * row_number() over (order by s.sort_order, s.id)) as key
        from public.documents s
        where s.workspace_id = p_workspace_id and s.parent_path operator(extensions.=) p_path) fresh
  where d.id = fresh.id;
  return private.place_for(p_workspace_id, p_path, p_after_id, p_moving_id, p_at_end);
end
$$;

-- The path of what lies under that document; null means the root.
create function private.path_under(p_workspace_id uuid, p_parent_id uuid) returns extensions.ltree
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_path extensions.ltree;
begin
  if p_parent_id is null then return ''; end if;
  select d.parent_path operator(extensions.||) private.label(d.id) into v_path from public.documents d
  where d.id = p_parent_id and d.workspace_id = p_workspace_id and d.trashed_at is null;
  if not found then perform private.refuse_unknown(); end if;
  if extensions.nlevel(v_path) > 32 then
    perform private.refuse('PT409', 'too_deep', 'Documents nest at most 32 levels deep.');
  end if;
  return v_path;
end
$$;

create function private.document_json(p_document public.documents) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'id', p_document.id, 'workspaceId', p_document.workspace_id, 'parentPath', p_document.parent_path::text,
    'sortOrder', p_document.sort_order, 'title', p_document.title, 'createdBy', p_document.created_by,
    'createdAt', p_document.created_at, 'updatedAt', p_document.updated_at, 'trashedAt', p_document.trashed_at,
    'trashedBy', p_document.trashed_by, 'trashedRoot', p_document.trashed_root)
$$;

-- The document for a change of the tree: the asker may write, and the tree is locked.
create function private.document_to_change(p_document_id uuid) returns public.documents
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document public.documents;
begin
  select d.* into v_document from public.documents d
  where d.id = p_document_id and d.workspace_id in (select private.my_workspaces());
  if not found then perform private.refuse_unknown(); end if;
  perform private.require_role(v_document.workspace_id, 'owner', 'admin', 'editor');
  perform private.lock_tree(v_document.workspace_id);
  select d.* into v_document from public.documents d where d.id = p_document_id;
  if not found then perform private.refuse_unknown(); end if;
  return v_document;
end
$$;

-- Without p_after_id it becomes the last one. An id that is there already answers with what is there.
create function public.create_document(
  p_workspace_id uuid, p_parent_id uuid default null, p_title text default '', p_id uuid default null,
  p_after_id uuid default null
) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document public.documents;
  v_path extensions.ltree;
begin
  perform private.require_role(p_workspace_id, 'owner', 'admin', 'editor');
  if char_length(coalesce(p_title, '')) > 500 then
    perform private.refuse('PT400', 'invalid_input', 'A title has at most 500 characters.');
  end if;
  perform private.lock_tree(p_workspace_id);
  select d.* into v_document from public.documents d where d.id = p_id;
  if found then
    if v_document.workspace_id <> p_workspace_id then
      perform private.refuse('PT409', 'id_taken', 'This id is in use; choose another.');
    end if;
    return private.document_json(v_document);
  end if;
  v_path := private.path_under(p_workspace_id, p_parent_id);
  insert into public.documents (id, workspace_id, parent_path, sort_order, title, created_by)
  values (coalesce(p_id, gen_random_uuid()), p_workspace_id, v_path,
    private.place_for(p_workspace_id, v_path, p_after_id, null, true), coalesce(p_title, ''), (select auth.uid()))
  returning * into v_document;
  return private.document_json(v_document);
end
$$;

-- Puts everything below one path below another.
create function private.rebase_paths(
  p_workspace_id uuid, p_from extensions.ltree, p_to extensions.ltree
) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (select from public.documents d
             where d.workspace_id = p_workspace_id and d.parent_path operator(extensions.<@) p_from
               and extensions.nlevel(d.parent_path) - extensions.nlevel(p_from) + extensions.nlevel(p_to) > 32) then
    perform private.refuse('PT409', 'too_deep', 'Documents nest at most 32 levels deep.');
  end if;
  update public.documents d
  set parent_path = case
    when d.parent_path operator(extensions.=) p_from then p_to
    else p_to operator(extensions.||) extensions.subpath(d.parent_path, extensions.nlevel(p_from)) end
  where d.workspace_id = p_workspace_id and d.parent_path operator(extensions.<@) p_from;
end
$$;

-- p_parent_id null: the root. p_after_id null: the first of its siblings.
create function public.move_document(p_document_id uuid, p_parent_id uuid, p_after_id uuid default null)
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document public.documents := private.document_to_change(p_document_id);
  v_own extensions.ltree := v_document.parent_path operator(extensions.||) private.label(v_document.id);
  v_path extensions.ltree;
begin
  if v_document.trashed_at is not null then
    perform private.refuse('PT409', 'trashed', 'This document is in the trash; restore it first.');
  end if;
  v_path := private.path_under(v_document.workspace_id, p_parent_id);
  if v_path operator(extensions.<@) v_own then
    perform private.refuse('PT409', 'cycle', 'A document cannot lie inside itself.');
  end if;
  if v_path operator(extensions.<>) v_document.parent_path then
    perform private.rebase_paths(v_document.workspace_id, v_own,
      v_path operator(extensions.||) private.label(v_document.id));
  end if;
  update public.documents d set parent_path = v_path,
    sort_order = private.place_for(v_document.workspace_id, v_path, p_after_id, v_document.id, false)
  where d.id = v_document.id returning d.* into v_document;
  return private.document_json(v_document);
end
$$;

-- Takes the subtree along; what already lay in the trash keeps its own mark.
create function public.trash_document(p_document_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document public.documents := private.document_to_change(p_document_id);
  v_own extensions.ltree := v_document.parent_path operator(extensions.||) private.label(v_document.id);
begin
  update public.documents d
  set trashed_at = now(), trashed_by = (select auth.uid()), trashed_root = v_document.id
  where d.workspace_id = v_document.workspace_id and d.trashed_at is null
    and (d.id = v_document.id or d.parent_path operator(extensions.<@) v_own);
  select d.* into v_document from public.documents d where d.id = v_document.id;
  return private.document_json(v_document);
end
$$;

-- Brings back what was trashed together; to the root if its parent is gone or in the trash.
create function public.restore_document(p_document_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document public.documents := private.document_to_change(p_document_id);
  v_label extensions.ltree := private.label(v_document.id);
  v_depth integer := extensions.nlevel(v_document.parent_path);
  v_own extensions.ltree := v_document.parent_path operator(extensions.||) v_label;
begin
  if v_document.trashed_at is null then return private.document_json(v_document); end if;
  if v_depth > 0 and not exists (
    select from public.documents d
    where d.workspace_id = v_document.workspace_id and d.trashed_at is null
      and private.label(d.id) operator(extensions.=) extensions.subpath(v_document.parent_path, v_depth - 1, 1)
  ) then
    perform private.rebase_paths(v_document.workspace_id, v_own, v_label);
    update public.documents d
    set parent_path = '', sort_order = private.place_for(v_document.workspace_id, '', null, v_document.id, true)
    where d.id = v_document.id;
    v_own := v_label;
  end if;
  update public.documents d set trashed_at = null, trashed_by = null, trashed_root = null
  where d.workspace_id = v_document.workspace_id and d.trashed_root = v_document.trashed_root
    and (d.id = v_document.id or d.parent_path operator(extensions.<@) v_own);
  select d.* into v_document from public.documents d where d.id = v_document.id;
  return private.document_json(v_document);
end
$$;

-- With all below it; only from the trash.
create function public.delete_document_forever(p_document_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_document public.documents := private.document_to_change(p_document_id);
  v_own extensions.ltree := v_document.parent_path operator(extensions.||) private.label(v_document.id);
  v_doomed uuid[];
begin
  if v_document.trashed_at is null then
    perform private.refuse('PT409', 'not_trashed', 'Only a document in the trash can be deleted for good.');
  end if;
  v_doomed := array(
    select d.id from public.documents d where d.workspace_id = v_document.workspace_id
      and (d.id = v_document.id or d.parent_path operator(extensions.<@) v_own));
  -- In the order of an append (head, then document), or the two could wait for each other.
  perform from public.document_heads h where h.document_id = any (v_doomed) for update;
  delete from public.documents d where d.id = any (v_doomed);
end
$$;

revoke all on all functions in schema private from public, anon;
revoke all on function public.create_document(uuid, uuid, text, uuid, uuid), public.move_document(uuid, uuid, uuid),
  public.trash_document(uuid), public.restore_document(uuid), public.delete_document_forever(uuid)
from public, anon, authenticated;
grant execute on function public.create_document(uuid, uuid, text, uuid, uuid),
  public.move_document(uuid, uuid, uuid), public.trash_document(uuid), public.restore_document(uuid),
  public.delete_document_forever(uuid) to authenticated;
