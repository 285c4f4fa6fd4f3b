-- What a person may take along, and how a person goes. Going has two steps, because accounts belong to the auth service:
-- delete_account lets go of everything that is ours, in one transaction, or refuses; then the server has the account itself
-- deleted (auth.admin.deleteUser). Both may be asked again. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- As before, but for the words: whose account is gone is 'Deleted person' with the zero id.
create or replace function private.people_of(p_document_id uuid, p_sessions uuid[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('sessionId', s.session_id, 'yjsClientId', s.yjs_client_id,
    'userId', coalesce(p.id, '00000000-0000-0000-0000-000000000000'), 'name', coalesce(p.name, 'Deleted person'),
    'color', coalesce(p.color, 1), 'publicKey', s.public_key)), '[]')
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

-- ---------------------------------------------------------------- what is one's own

-- Everything that is kept of the asker: {account, profile, memberships, documents, written, invitations}. Titles only of
-- documents that the asker may still read; `written` counts the updates of each document that are still in its log.
create or replace function public.my_data() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'account', (
      select jsonb_build_object('id', u.id, 'email', u.email, 'createdAt', u.created_at, 'lastSignInAt', u.last_sign_in_at)
      from auth.users u where u.id = (select auth.uid())),
    'profile', (
      select jsonb_build_object('name', p.name, 'color', p.color, 'createdAt', p.created_at)
      from public.profiles p where p.id = (select auth.uid())),
    'memberships', (
      select coalesce(jsonb_agg(jsonb_build_object('workspaceId', w.id, 'workspace', w.name, 'role', m.role,
        'since', m.created_at) order by m.created_at, w.id), '[]')
      from public.workspace_members m join public.workspaces w on w.id = m.workspace_id
      where m.user_id = (select auth.uid())),
    'documents', (
      select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'workspaceId', d.workspace_id, 'canRead', r.is_mine,
        'title', case when r.is_mine then d.title end, 'createdAt', d.created_at, 'trashedAt', d.trashed_at)
        order by d.created_at, d.id), '[]')
      from public.documents d
      cross join lateral (select d.workspace_id in (select private.my_workspaces()) as is_mine) r
      where d.created_by = (select auth.uid())),
    'written', (
      select coalesce(jsonb_agg(jsonb_build_object('documentId', s.document_id, 'sessions', s.sessions,
        'firstOpenedAt', s.first_opened_at, 'lastOpenedAt', s.last_opened_at, 'updates', s.updates)
        order by s.last_opened_at, s.document_id), '[]')
      from (
        select o.document_id, count(*) as sessions, min(o.opened_at) as first_opened_at, max(o.opened_at) as last_opened_at,
          sum((select count(*) from public.document_updates u
               where u.document_id = o.document_id and u.session_id = o.session_id)) as updates
        from public.document_sessions o where o.user_id = (select auth.uid()) group by o.document_id) s),
    'invitations', (
      select coalesce(jsonb_agg(jsonb_build_object('workspaceId', i.workspace_id, 'role', i.role, 'createdAt', i.created_at,
        'expiresAt', i.expires_at, 'acceptedAt', i.accepted_at, 'revokedAt', i.revoked_at) order by i.created_at, i.id), '[]')
      from public.invitations i where i.created_by = (select auth.uid())))
$$;

-- ---------------------------------------------------------------- going

-- Who has let go of everything here, until the auth service has deleted the account: no page that asks meanwhile makes them
-- another workspace, which nobody would ever see again.
create table if not exists private.departures (
  user_id uuid primary key references auth.users (id) on delete cascade,
  since timestamptz not null default clock_timestamp()
);
alter table private.departures enable row level security;
alter table private.departures force row level security;
revoke all on private.departures from public, anon, authenticated, service_role;

-- As before, but for who is going.
create or replace function private.provision_account(p_user_id uuid, p_email text, p_name text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_name text;
  v_workspace_id uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('account:' || p_user_id, 0));
  if exists (select from private.departures d where d.user_id = p_user_id) then perform private.refuse_unknown(); end if;
  v_name := left(coalesce(
    nullif(btrim(regexp_replace(coalesce(p_name, ''), '[[:cntrl:][:space:]]+', ' ', 'g')), ''),
    nullif(split_part(coalesce(p_email, ''), '@', 1), ''),
    'Someone'), 80);
  insert into public.profiles (id, name, color)
  values (p_user_id, v_name, 1 + get_byte(uuid_send(p_user_id), 15) % 12)
  on conflict (id) do nothing;

  select m.workspace_id into v_workspace_id from public.workspace_members m
  where m.user_id = p_user_id order by (m.role = 'owner') desc, m.created_at, m.workspace_id limit 1;
  if v_workspace_id is null then
    insert into public.workspaces (name, created_by) values (v_name || '''s workspace', p_user_id)
    returning id into v_workspace_id;
    insert into public.workspace_members (workspace_id, user_id, role) values (v_workspace_id, p_user_id, 'owner');
  end if;
  return v_workspace_id;
end
$$;

-- What becomes of a person's workspaces: 'deleted' where nobody else is in it, 'refused' where others are and none of them
-- owns it, else 'left'.
create or replace function private.fates_of(p_user_id uuid)
returns table (workspace_id uuid, name text, fate text, documents bigint)
language sql stable security definer set search_path = '' as $$
  select w.id, w.name,
    case when not exists (
        select from public.workspace_members o where o.workspace_id = w.id and o.user_id <> p_user_id) then 'deleted'
      when m.role = 'owner' and not exists (
        select from public.workspace_members o
        where o.workspace_id = w.id and o.user_id <> p_user_id and o.role = 'owner') then 'refused'
      else 'left' end,
    (select count(*) from public.documents d where d.workspace_id = w.id)
  from public.workspace_members m join public.workspaces w on w.id = m.workspace_id
  where m.user_id = p_user_id
$$;

-- For the page that asks: [{workspaceId, name, fate, documents}].
create or replace function public.preview_account_deletion() returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('workspaceId', f.workspace_id, 'name', f.name, 'fate', f.fate,
    'documents', f.documents) order by f.name, f.workspace_id), '[]')
  from private.fates_of((select auth.uid())) f
$$;

-- All of it or nothing: {workspacesDeleted, workspacesLeft, documentsDeleted}. What was written in workspaces of others
-- stays there without a name; files that nothing holds any more are swept.
create or replace function public.delete_account(p_user_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_workspace_id uuid;
  v_refused text;
  v_gone uuid[];
  v_left uuid[];
  v_documents bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('account:' || p_user_id, 0));
  perform from auth.users u where u.id = p_user_id;
  if not found then perform private.refuse_unknown(); end if;
  -- As with every change of members, in one order. The rows, so that nobody joins meanwhile.
  for v_workspace_id in
    select m.workspace_id from public.workspace_members m where m.user_id = p_user_id order by 1
  loop
    perform private.lock_epoch(v_workspace_id, true);
    perform from public.workspaces w where w.id = v_workspace_id for update;
  end loop;

  select string_agg(format('“%s”', f.name), ', ' order by f.name, f.workspace_id) into v_refused
  from private.fates_of(p_user_id) f where f.fate = 'refused';
  if v_refused is not null then
    perform private.refuse('PT409', 'last_owner', format(
      'You are the only owner of %s, where others are members. Make one of them an owner, or remove them; nothing was deleted.',
      v_refused));
  end if;
  select coalesce(array_agg(f.workspace_id order by f.workspace_id) filter (where f.fate = 'deleted'), '{}'),
    coalesce(array_agg(f.workspace_id order by f.workspace_id) filter (where f.fate = 'left'), '{}'),
    coalesce(sum(f.documents) filter (where f.fate = 'deleted'), 0)
  into v_gone, v_left, v_documents from private.fates_of(p_user_id) f;

  -- In the order of an append (head, then document), or the two could wait for each other.
  perform from public.document_heads h
  where h.document_id in (select d.id from public.documents d where d.workspace_id = any (v_gone)) for update;
  delete from public.workspaces w where w.id = any (v_gone);
  delete from public.workspace_members m where m.user_id = p_user_id;
  foreach v_workspace_id in array v_left loop
    perform private.raise_epoch(v_workspace_id);
  end loop;

  insert into private.departures (user_id) values (p_user_id) on conflict do nothing;
  -- What only names the account goes empty with it, by its foreign keys; these have none.
  delete from public.profiles p where p.id = p_user_id;
  delete from private.append_budgets b where b.user_id = p_user_id;
  update storage.objects o set owner = null, owner_id = null where o.owner_id = p_user_id::text or o.owner = p_user_id;

  insert into private.removals (kind, subject_id) select 'workspace', g.id from unnest(v_gone) g (id);
  insert into private.removals (kind) values ('account');
  if cardinality(v_gone) > 0 then perform private.sweep_files(); end if;
  return jsonb_build_object('workspacesDeleted', cardinality(v_gone), 'workspacesLeft', cardinality(v_left),
    'documentsDeleted', v_documents);
end
$$;

revoke all on function private.people_of(uuid, uuid[]), private.fates_of(uuid),
  private.provision_account(uuid, text, text)
from public, anon, authenticated, service_role;
revoke all on function public.my_data(), public.preview_account_deletion(), public.delete_account(uuid)
from public, anon, authenticated, service_role;
grant execute on function public.my_data(), public.preview_account_deletion() to authenticated;
grant execute on function public.delete_account(uuid) to service_role;
