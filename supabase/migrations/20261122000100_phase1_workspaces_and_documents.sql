-- Phase 1: people, workspaces, the tree of documents and the rows of their blocks.
--
-- Rules that hold in every migration:
--   * row security is on and FORCED for every table, and a policy reads as a sentence;
--   * nothing is executable or writable unless a grant below says so: Supabase's default grants are undone here;
--   * functions see an empty search_path and name every object with its schema;
--   * a refusal has errcode PT4xx (the HTTP status), a stable code as its message and a sentence as its detail;
--   * what does not exist and what the asker may not see are refused alike: PT404 not_found.

create schema if not exists extensions;
create extension if not exists ltree with schema extensions;
create extension if not exists pgcrypto with schema extensions;

-- Not exposed by the API: helpers of policies, settings, queues.
create schema if not exists private;
revoke all on schema private from public, anon;
grant usage on schema private to authenticated, service_role;

alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke execute on functions from anon, authenticated;
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
alter default privileges in schema private revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema private revoke all on tables from anon, authenticated, service_role;

-- ---------------------------------------------------------------- tables

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 80),
  color smallint not null default 1 check (color between 1 and 12),
  created_at timestamptz not null default now()
);

create table public.workspaces (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 1 and 120),
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  -- Part of every private topic; grows with every change of rights, which empties the old topics.
  access_epoch bigint not null default 1,
  -- When the welcome documents were complete, and who last began to write them.
  seeded_at timestamptz,
  seed_claimed_at timestamptz
);
create index idx_workspaces_created_by on public.workspaces (created_by);

create table public.workspace_members (
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'editor', 'commenter', 'viewer')),
  created_at timestamptz not null default now(),
  primary key (workspace_id, user_id)
);
create index idx_workspace_members_user on public.workspace_members (user_id, workspace_id);

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  -- sha256 of the token; the token itself is shown once and stored nowhere.
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  role text not null check (role in ('admin', 'editor', 'commenter', 'viewer')),
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references auth.users (id) on delete set null,
  revoked_at timestamptz
);
create index idx_invitations_workspace on public.invitations (workspace_id);
create index idx_invitations_created_by on public.invitations (created_by);
create index idx_invitations_accepted_by on public.invitations (accepted_by);

create table public.documents (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  -- The ancestors' ids as 32 hex digits, outermost first; empty at the root. Deeper than 32, a GiST index
  -- of such labels no longer works.
  parent_path extensions.ltree not null default '' check (extensions.nlevel(parent_path) <= 32),
  sort_order text collate "C" not null check (octet_length(sort_order) between 1 and 200),
  -- What the document's own text says, written by the projection.
  title text not null default '' check (char_length(title) <= 500),
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  trashed_at timestamptz,
  trashed_by uuid references auth.users (id) on delete set null,
  -- The document whose trashing took this one along; equal to id for the one that a person trashed.
  trashed_root uuid,
  check ((trashed_at is null) = (trashed_root is null))
);
create index idx_documents_workspace_sort_order on public.documents (workspace_id, sort_order);
create index idx_documents_parent_path_gist on public.documents using gist (parent_path extensions.gist_ltree_ops);
create index idx_documents_created_by on public.documents (created_by);
create index idx_documents_trashed_by on public.documents (trashed_by);
create index idx_documents_trashed_root on public.documents (trashed_root) where trashed_root is not null;

-- A pure function of the log, written by process-block alone.
create table public.blocks (
  document_id uuid not null references public.documents (id) on delete cascade,
  id uuid not null,
  parent_path extensions.ltree not null default '' check (extensions.nlevel(parent_path) <= 32),
  sort_order text collate "C" not null check (octet_length(sort_order) between 1 and 200),
  type text not null check (char_length(type) between 1 and 64),
  content jsonb not null check (jsonb_typeof(content) = 'object'),
  plain_text text not null default '',
  -- Of everything above, so that an unchanged row is not written again.
  content_hash bytea not null check (octet_length(content_hash) = 32),
  updated_at timestamptz not null default now(),
  primary key (document_id, id)
);
create index idx_blocks_parent_path_gist on public.blocks using gist (parent_path extensions.gist_ltree_ops);
create index idx_blocks_sort_order on public.blocks (document_id, sort_order);

-- ---------------------------------------------------------------- helpers

create function private.refuse(p_status text, p_code text, p_detail text) returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = p_status, message = p_code, detail = p_detail;
end
$$;

create function private.refuse_unknown() returns void language plpgsql set search_path = '' as $$
begin
  perform private.refuse('PT404', 'not_found', 'There is nothing here, or it is not shared with you.');
end
$$;

create function private.label(p_id uuid) returns extensions.ltree
language sql immutable strict set search_path = '' as $$
  select replace(p_id::text, '-', '')::extensions.ltree
$$;

-- Sets, not one call per row: `in (select private.my_workspaces())` is asked once a statement.
create function private.my_workspaces() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.workspace_id from public.workspace_members m where m.user_id = (select auth.uid())
$$;

create function private.workspaces_i_manage() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.workspace_id from public.workspace_members m
  where m.user_id = (select auth.uid()) and m.role in ('owner', 'admin')
$$;

create function private.my_documents() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select d.id from public.documents d
  join public.workspace_members m on m.workspace_id = d.workspace_id
  where m.user_id = (select auth.uid())
$$;

create function private.my_fellows() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select distinct other.user_id from public.workspace_members mine
  join public.workspace_members other on other.workspace_id = mine.workspace_id
  where mine.user_id = (select auth.uid())
$$;

-- The asker's role; refuses who is no member, and a member whose role is not among those given.
create function private.require_role(p_workspace_id uuid, variadic p_roles text[]) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_role text;
begin
  select m.role into v_role from public.workspace_members m
  where m.workspace_id = p_workspace_id and m.user_id = (select auth.uid());
  if v_role is null then
    perform private.refuse_unknown();
  elsif v_role <> all (p_roles) then
    perform private.refuse('PT403', 'forbidden', format('A %s may not do this.', v_role));
  end if;
  return v_role;
end
$$;

-- ---------------------------------------------------------------- sign-up

-- Gives a person the profile and the workspace they lack; may run again.
create function private.provision_account(p_user_id uuid, p_email text, p_name text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_name text;
  v_workspace_id uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('account:' || p_user_id, 0));
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

-- Never fails a sign-up: what is missing afterwards, ensure_account makes.
create function private.welcome_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.provision_account(new.id, new.email::text, new.raw_user_meta_data ->> 'name');
  return new;
exception when others then
  raise warning 'The account % has no workspace yet: %', new.id, sqlerrm;
  return new;
end
$$;
create trigger welcome_new_user after insert on auth.users
for each row execute function private.welcome_new_user();

create function public.ensure_account() returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user record;
begin
  select u.id, u.email, u.raw_user_meta_data ->> 'name' as name into v_user
  from auth.users u where u.id = (select auth.uid());
  if not found then perform private.refuse_unknown(); end if;
  return jsonb_build_object('workspaceId',
    private.provision_account(v_user.id, v_user.email::text, v_user.name));
end
$$;

-- True for exactly one caller, and for another when that one did not finish within a minute.
create function public.claim_workspace_seed(p_workspace_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if private.require_role(p_workspace_id, 'owner', 'admin', 'editor', 'commenter', 'viewer') <> 'owner' then
    return false;
  end if;
  update public.workspaces w set seed_claimed_at = clock_timestamp()
  where w.id = p_workspace_id and w.seeded_at is null
    and (w.seed_claimed_at is null or w.seed_claimed_at < clock_timestamp() - interval '60 seconds');
  return found;
end
$$;

create function public.finish_workspace_seed(p_workspace_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform private.require_role(p_workspace_id, 'owner');
  update public.workspaces w set seeded_at = coalesce(w.seeded_at, clock_timestamp()) where w.id = p_workspace_id;
end
$$;

-- ---------------------------------------------------------------- access

alter table public.profiles enable row level security;
alter table public.profiles force row level security;
alter table public.workspaces enable row level security;
alter table public.workspaces force row level security;
alter table public.workspace_members enable row level security;
alter table public.workspace_members force row level security;
alter table public.invitations enable row level security;
alter table public.invitations force row level security;
alter table public.documents enable row level security;
alter table public.documents force row level security;
alter table public.blocks enable row level security;
alter table public.blocks force row level security;

create policy "People see the profiles of those they share a workspace with" on public.profiles
for select to authenticated using (id = (select auth.uid()) or id in (select private.my_fellows()));
create policy "People change their own profile" on public.profiles
for update to authenticated using (id = (select auth.uid())) with check (id = (select auth.uid()));
create policy "Members see their workspaces" on public.workspaces
for select to authenticated using (id in (select private.my_workspaces()));
create policy "Owners and admins rename their workspaces" on public.workspaces
for update to authenticated
using (id in (select private.workspaces_i_manage())) with check (id in (select private.workspaces_i_manage()));
create policy "Members see who else is a member" on public.workspace_members
for select to authenticated using (workspace_id in (select private.my_workspaces()));
create policy "Owners and admins see the invitations of their workspaces" on public.invitations
for select to authenticated using (workspace_id in (select private.workspaces_i_manage()));
create policy "Members see the documents of their workspaces" on public.documents
for select to authenticated using (workspace_id in (select private.my_workspaces()));
create policy "Members see the blocks of their documents" on public.blocks
for select to authenticated using (document_id in (select private.my_documents()));

-- The default grants gave everything to everybody; what is left is listed here.
revoke all on all tables in schema public from anon, authenticated;
revoke all on all sequences in schema public from anon, authenticated;
revoke all on all functions in schema public from public, anon, authenticated;
revoke all on all tables in schema private from public, anon, authenticated, service_role;
revoke all on all functions in schema private from public, anon, authenticated, service_role;

grant select on public.profiles, public.workspaces, public.workspace_members, public.documents, public.blocks
to authenticated;
grant select (id, workspace_id, role, created_by, created_at, expires_at, accepted_at, accepted_by, revoked_at)
on public.invitations to authenticated;
grant update (name, color) on public.profiles to authenticated;
grant update (name) on public.workspaces to authenticated;
-- Only functions write these, for everybody.
revoke insert, update, delete, truncate on public.blocks from service_role;

grant execute on function private.my_workspaces(), private.workspaces_i_manage(), private.my_documents(),
  private.my_fellows() to authenticated, service_role;
grant execute on function public.ensure_account(), public.claim_workspace_seed(uuid),
  public.finish_workspace_seed(uuid) to authenticated;

-- ---------------------------------------------------------------- live changes of the tree

do $$ begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
  if not exists (select from pg_publication_tables where pubname = 'supabase_realtime'
                 and schemaname = 'public' and tablename = 'documents') then
    alter publication supabase_realtime add table public.documents;
  end if;
  if not exists (select from pg_publication_tables where pubname = 'supabase_realtime'
                 and schemaname = 'public' and tablename = 'blocks') then
    alter publication supabase_realtime add table public.blocks;
  end if;
end $$;
