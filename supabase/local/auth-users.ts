/** People and their identities: the rows of `auth.users` and `auth.identities`. */
import { createHash, randomUUID } from "node:crypto";
import type { Database, Session } from "./database.ts";

export type Json = Record<string, unknown>;

export interface Identity {
  readonly id: string;
  readonly user_id: string;
  readonly provider: string;
  readonly provider_id: string;
  readonly identity_data: Json;
  readonly email: string | null;
  readonly last_sign_in_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface User {
  readonly id: string;
  readonly aud: string;
  readonly role: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly encrypted_password: string | null;
  readonly email_confirmed_at: string | null;
  readonly phone_confirmed_at: string | null;
  readonly confirmed_at: string | null;
  readonly invited_at: string | null;
  readonly confirmation_sent_at: string | null;
  readonly recovery_sent_at: string | null;
  readonly email_change: string | null;
  readonly email_change_sent_at: string | null;
  readonly email_change_confirm_status: number;
  readonly reauthentication_sent_at: string | null;
  readonly last_sign_in_at: string | null;
  readonly raw_app_meta_data: Json | null;
  readonly raw_user_meta_data: Json | null;
  readonly is_anonymous: boolean;
  readonly banned_until: string | null;
  readonly deleted_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly identities: readonly Identity[];
}

/** Triggers on these tables run with the rights and the search path of hosted projects. */
export function asAuthAdmin<T>(database: Database, work: (tx: Session) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    await tx.query(
      "select set_config('role', 'supabase_auth_admin', true), set_config('search_path', 'auth', true)",
    );
    return work(tx);
  });
}

const SELECT = `
  select to_jsonb(u) - 'raw_app_meta_data' - 'raw_user_meta_data' || jsonb_build_object(
    'raw_app_meta_data', u.raw_app_meta_data, 'raw_user_meta_data', u.raw_user_meta_data,
    'identities', (select coalesce(jsonb_agg(to_jsonb(i) order by i.created_at, i.id), '[]'::jsonb)
                   from auth.identities i where i.user_id = u.id)) as person
  from auth.users u`;

/** `rest` is SQL behind `where` that says `u` for the person. */
async function select(session: Session, rest: string, params: readonly unknown[]): Promise<User[]> {
  const { rows } = await session.query<{ person: User }>(`${SELECT} where ${rest}`, params);
  return rows.map(({ person }) => person);
}

export async function findById(session: Session, id: string): Promise<User | null> {
  return (await select(session, "u.id = $1::uuid", [id]))[0] ?? null;
}

export async function findByEmail(session: Session, email: string): Promise<User | null> {
  const found = await select(session, "lower(u.email) = $1::text and not u.is_sso_user", [
    email.toLowerCase(),
  ]);
  return found[0] ?? null;
}

/** Somebody else who signs in with this address, by their account or by one of their identities. */
export async function findOther(session: Session, email: string, self: string | null): Promise<User | null> {
  const found = await select(
    session,
    `u.id is distinct from $2::uuid and (lower(u.email) = $1::text or exists (
       select from auth.identities i where i.user_id = u.id and i.email = $1::text)) limit 1`,
    [email.toLowerCase(), self],
  );
  return found[0] ?? null;
}

/** The newest first. `filter` is part of an address, or of the full name in the metadata. */
export function listUsers(session: Session, filter: string, limit: number, offset: number): Promise<User[]> {
  return select(
    session,
    `($1::text = '' or u.email like '%' || $1::text || '%' or u.raw_user_meta_data ->> 'full_name' ilike '%' || $1::text || '%')
     order by u.created_at desc, u.id limit $2::int offset $3::int`,
    [filter, limit, offset],
  );
}

export async function countUsers(session: Session, filter: string): Promise<number> {
  const { rows } = await session.query<{ n: number }>(
    `select count(*)::int as n from auth.users u where $1::text = '' or u.email like '%' || $1::text || '%'
       or u.raw_user_meta_data ->> 'full_name' ilike '%' || $1::text || '%'`,
    [filter],
  );
  return rows[0]?.n ?? 0;
}

export interface NewUser {
  readonly id?: string;
  readonly email: string | null;
  readonly phone?: string | null;
  readonly passwordHash: string | null;
  readonly appMetadata: Json;
  readonly userMetadata: Json;
  readonly role?: string;
  readonly isAnonymous?: boolean;
}

export async function insertUser(session: Session, made: NewUser): Promise<string> {
  const id = made.id ?? randomUUID();
  await session.query(
    `insert into auth.users (instance_id, id, aud, role, email, phone, encrypted_password, raw_app_meta_data,
       raw_user_meta_data, is_anonymous, created_at, updated_at)
     values ('00000000-0000-0000-0000-000000000000', $1::uuid, 'authenticated', $2::text, $3::text, $4::text,
       $5::text, $6::text::jsonb, $7::text::jsonb, $8::boolean, clock_timestamp(), clock_timestamp())`,
    [
      id,
      made.role ?? "authenticated",
      made.email,
      made.phone ?? null,
      made.passwordHash,
      JSON.stringify(made.appMetadata),
      JSON.stringify(made.userMetadata),
      made.isAnonymous ?? false,
    ],
  );
  return id;
}

/** What an identity by mail says of its person, unless more is said. */
export const claimsOf = (id: string, email: string, isVerified = false): Json => ({
  sub: id,
  email,
  email_verified: isVerified,
  phone_verified: false,
});

export async function insertIdentity(session: Session, userId: string, provider: string, data: Json) {
  await session.query(
    `insert into auth.identities (id, user_id, provider, provider_id, identity_data, last_sign_in_at)
     values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text::jsonb, now())`,
    [randomUUID(), userId, provider, userId, JSON.stringify(data)],
  );
}

export async function updateIdentity(session: Session, userId: string, provider: string, data: Json) {
  await session.query(
    `update auth.identities set identity_data = identity_data || $3::text::jsonb, updated_at = now()
     where user_id = $1::uuid and provider = $2::text`,
    [userId, provider, JSON.stringify(data)],
  );
}

/** Sets columns of a person. `set` is SQL whose parameters start at $2. */
export async function updateUser(session: Session, id: string, set: string, params: readonly unknown[] = []) {
  await session.query(`update auth.users set ${set}, updated_at = now() where id = $1::uuid`, [
    id,
    ...params,
  ]);
}

/** Merges metadata key by key; null takes a key away. */
export async function mergeMetadata(session: Session, id: string, kind: "app" | "user", changes: Json) {
  const column = `raw_${kind}_meta_data`;
  const gone = Object.keys(changes).filter((key) => changes[key] === null);
  const kept = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null));
  await updateUser(
    session,
    id,
    `${column} = (coalesce(${column}, '{}'::jsonb) || $2::text::jsonb)
       - array(select jsonb_array_elements_text($3::text::jsonb))`,
    [JSON.stringify(kept), JSON.stringify(gone)],
  );
}

/** `provider` and `providers` of the app's metadata, from the identities there are. */
export async function updateProviders(session: Session, id: string): Promise<void> {
  const { rows } = await session.query<{ provider: string }>(
    "select provider from auth.identities where user_id = $1::uuid group by provider order by min(created_at)",
    [id],
  );
  const providers = rows.map(({ provider }) => provider);
  const [provider] = providers;
  await mergeMetadata(session, id, "app", { providers, ...(provider ? { provider } : {}) });
}

/** Confirms the address, says so in the metadata, and takes every code back that is out. */
export async function confirmEmail(session: Session, id: string): Promise<void> {
  await updateUser(session, id, "email_confirmed_at = now()");
  await mergeMetadata(session, id, "user", { email_verified: true });
  await session.query("delete from auth.one_time_tokens where user_id = $1::uuid", [id]);
}

export const isBanned = ({ banned_until }: User) =>
  banned_until !== null && new Date(banned_until).getTime() > Date.now();

/** The row stays for those that refer to it; what says whose it was is gone. */
export async function softDelete(session: Session, user: User): Promise<void> {
  const hide = (value: string | null) =>
    value
      ? createHash("sha256")
          .update(user.id + value)
          .digest("base64url")
      : value;
  await updateUser(
    session,
    user.id,
    `email = $2::text, phone = $3::text, email_change = $4::text, encrypted_password = null, confirmation_token = '',
     recovery_token = '', email_change_token_current = '', email_change_token_new = '', phone_change_token = '',
     raw_user_meta_data = '{}'::jsonb, raw_app_meta_data = '{}'::jsonb, deleted_at = now()`,
    [hide(user.email), hide(user.phone), hide(user.email_change)],
  );
  for (const { id, provider_id } of user.identities) {
    await session.query(
      "update auth.identities set provider_id = $2::text, identity_data = '{}'::jsonb where id = $1::uuid",
      [id, hide(provider_id)],
    );
  }
  await session.query("delete from auth.one_time_tokens where user_id = $1::uuid", [user.id]);
  await session.query("delete from auth.sessions where user_id = $1::uuid", [user.id]);
}
