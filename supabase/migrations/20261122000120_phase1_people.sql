-- Who belongs to a workspace: invitations, roles, leaving.
-- Every change of rights raises the workspace's access epoch, which is part of each private topic: what is
-- sent afterwards goes to topics that the old rights cannot join.

-- Appends hold this lock shared, a change of rights alone: no update can go out on a topic of the epoch before.
create function private.lock_epoch(p_workspace_id uuid, p_alone boolean) returns void
language plpgsql volatile set search_path = '' as $$
begin
  if p_alone then
    perform pg_advisory_xact_lock(hashtextextended('epoch:' || p_workspace_id, 0));
  else
    perform pg_advisory_xact_lock_shared(hashtextextended('epoch:' || p_workspace_id, 0));
  end if;
end
$$;

create function private.raise_epoch(p_workspace_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_epoch bigint;
begin
  update public.workspaces w set access_epoch = w.access_epoch + 1
  where w.id = p_workspace_id returning w.access_epoch into v_epoch;
  perform realtime.send(jsonb_build_object('epoch', v_epoch), 'epoch',
    format('workspace:%s:tree:%s', p_workspace_id, v_epoch - 1), true);
end
$$;

-- ---------------------------------------------------------------- invitations

create function public.create_invitation(
  p_workspace_id uuid, p_role text, p_expires_in interval default '7 days'
) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  -- Two random uuids: 244 random bits.
  v_token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  v_invitation public.invitations;
begin
  perform private.require_role(p_workspace_id, 'owner', 'admin');
  if p_role is null or p_role not in ('admin', 'editor', 'commenter', 'viewer') then
    perform private.refuse('PT400', 'invalid_input', 'An invitation is for an admin, editor, commenter or viewer.');
  end if;
  if p_expires_in is null or p_expires_in <= interval '0' or p_expires_in > interval '30 days' then
    perform private.refuse('PT400', 'invalid_input', 'An invitation lasts at most 30 days.');
  end if;
  if (select count(*) from public.invitations i where i.workspace_id = p_workspace_id
        and i.created_at > now() - interval '1 day') >= 200 then
    perform private.refuse('PT429', 'too_many', 'This workspace made 200 invitations today; try again tomorrow.');
  end if;
  insert into public.invitations (workspace_id, token_hash, role, created_by, expires_at)
  values (p_workspace_id, sha256(convert_to(v_token, 'UTF8')), p_role, (select auth.uid()), now() + p_expires_in)
  returning * into v_invitation;
  return jsonb_build_object('id', v_invitation.id, 'token', v_token, 'role', v_invitation.role,
    'expiresAt', v_invitation.expires_at);
end
$$;

-- Why an invitation cannot be accepted; null when it can. An inviter who may no longer invite takes theirs along.
create function private.invitation_flaw(p_invitation public.invitations) returns text
language sql stable security definer set search_path = '' as $$
  select case
    when p_invitation.revoked_at is not null then 'invitation_revoked'
    when p_invitation.accepted_at is not null then 'invitation_used'
    when p_invitation.expires_at <= now() then 'invitation_expired'
    when not exists (
      select from public.workspace_members m
      where m.workspace_id = p_invitation.workspace_id and m.user_id = p_invitation.created_by
        and m.role in ('owner', 'admin')) then 'invitation_revoked'
  end
$$;

-- Also for people without an account yet: who holds the token learns the workspace's name and the role.
create function public.describe_invitation(p_token text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_invitation public.invitations;
  v_flaw text := 'not_found';
begin
  select i.* into v_invitation from public.invitations i
  where i.token_hash = sha256(convert_to(left(coalesce(p_token, ''), 200), 'UTF8'));
  if found then v_flaw := private.invitation_flaw(v_invitation); end if;
  if v_flaw is not null then
    return jsonb_build_object('valid', false, 'reason', v_flaw, 'workspaceName', null, 'role', null);
  end if;
  return jsonb_build_object('valid', true, 'reason', null, 'role', v_invitation.role, 'workspaceName',
    (select w.name from public.workspaces w where w.id = v_invitation.workspace_id));
end
$$;

-- Once. The same person asking again is answered again while still a member; who is a member already
-- keeps role and invitation.
create function public.accept_invitation(p_token text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_invitation public.invitations;
  v_flaw text;
  v_member boolean;
begin
  select i.* into v_invitation from public.invitations i
  where i.token_hash = sha256(convert_to(left(coalesce(p_token, ''), 200), 'UTF8')) for update;
  if not found then perform private.refuse_unknown(); end if;
  v_member := v_invitation.workspace_id in (select private.my_workspaces());
  v_flaw := private.invitation_flaw(v_invitation);
  if v_member and (v_flaw is null or v_invitation.accepted_by = (select auth.uid())) then
    return jsonb_build_object('workspaceId', v_invitation.workspace_id);
  end if;
  if v_flaw is not null then
    perform private.refuse('PT410', v_flaw, case v_flaw
      when 'invitation_used' then 'This invitation has been used; ask for a new one.'
      when 'invitation_expired' then 'This invitation has expired; ask for a new one.'
      else 'This invitation was withdrawn; ask for a new one.' end);
  end if;
  update public.invitations i set accepted_at = now(), accepted_by = (select auth.uid())
  where i.id = v_invitation.id;
  insert into public.workspace_members (workspace_id, user_id, role)
  values (v_invitation.workspace_id, (select auth.uid()), v_invitation.role);
  return jsonb_build_object('workspaceId', v_invitation.workspace_id);
end
$$;

create function public.revoke_invitation(p_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_workspace_id uuid;
begin
  select i.workspace_id into v_workspace_id from public.invitations i
  where i.id = p_id and i.workspace_id in (select private.my_workspaces());
  if not found then perform private.refuse_unknown(); end if;
  perform private.require_role(v_workspace_id, 'owner', 'admin');
  update public.invitations i set revoked_at = coalesce(i.revoked_at, now()) where i.id = p_id;
end
$$;

-- ---------------------------------------------------------------- members

-- The member's present role, for a change by the asker. Owners change everybody, admins all but owners,
-- and people may always go; the last owner stays.
create function private.role_to_change(p_workspace_id uuid, p_user_id uuid, p_new_role text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_mine text;
  v_theirs text;
begin
  v_mine := private.require_role(p_workspace_id, 'owner', 'admin', 'editor', 'commenter', 'viewer');
  -- Alone from here on: neither two leaving owners nor an append of the old epoch can slip through.
  perform private.lock_epoch(p_workspace_id, true);
  v_mine := private.require_role(p_workspace_id, 'owner', 'admin', 'editor', 'commenter', 'viewer');
  select m.role into v_theirs from public.workspace_members m
  where m.workspace_id = p_workspace_id and m.user_id = p_user_id for update;
  if not found then perform private.refuse_unknown(); end if;
  if not (
    v_mine = 'owner'
    or (v_mine = 'admin' and v_theirs <> 'owner' and p_new_role is distinct from 'owner')
    or (p_user_id = (select auth.uid()) and p_new_role is null)
  ) then
    perform private.refuse('PT403', 'forbidden', format('A %s may not change this member.', v_mine));
  end if;
  if v_theirs = 'owner' and p_new_role is distinct from 'owner' and not exists (
    select from public.workspace_members m
    where m.workspace_id = p_workspace_id and m.role = 'owner' and m.user_id <> p_user_id) then
    perform private.refuse('PT409', 'last_owner', 'A workspace keeps at least one owner; name another one first.');
  end if;
  return v_theirs;
end
$$;

create function public.set_member_role(p_workspace_id uuid, p_user_id uuid, p_role text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
  if p_role is null or p_role not in ('owner', 'admin', 'editor', 'commenter', 'viewer') then
    perform private.refuse('PT400', 'invalid_input', 'A role is owner, admin, editor, commenter or viewer.');
  end if;
  if private.role_to_change(p_workspace_id, p_user_id, p_role) <> p_role then
    update public.workspace_members m set role = p_role
    where m.workspace_id = p_workspace_id and m.user_id = p_user_id;
    perform private.raise_epoch(p_workspace_id);
  end if;
  return jsonb_build_object('userId', p_user_id, 'role', p_role);
end
$$;

create function public.remove_member(p_workspace_id uuid, p_user_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform private.role_to_change(p_workspace_id, p_user_id, null);
  delete from public.workspace_members m where m.workspace_id = p_workspace_id and m.user_id = p_user_id;
  perform private.raise_epoch(p_workspace_id);
end
$$;

revoke all on all functions in schema private from public, anon;
revoke all on function public.create_invitation(uuid, text, interval), public.describe_invitation(text),
  public.accept_invitation(text), public.revoke_invitation(uuid), public.set_member_role(uuid, uuid, text),
  public.remove_member(uuid, uuid) from public, anon, authenticated;
grant execute on function public.create_invitation(uuid, text, interval), public.describe_invitation(text),
  public.accept_invitation(text), public.revoke_invitation(uuid), public.set_member_role(uuid, uuid, text),
  public.remove_member(uuid, uuid) to authenticated;
grant execute on function public.describe_invitation(text) to anon;
