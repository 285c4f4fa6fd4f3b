/** People and their identities as GoTrue shows them. */
import type { Identity, Json, User } from "./auth-users.ts";

const SHOWN_WHEN_SET = [
  "email_confirmed_at",
  "invited_at",
  "phone_confirmed_at",
  "confirmation_sent_at",
  "confirmed_at",
  "recovery_sent_at",
  "email_change_sent_at",
  "reauthentication_sent_at",
  "last_sign_in_at",
  "banned_until",
  "deleted_at",
] as const;

const toZulu = (time: string) => time.replace(/\+00:00$/, "Z");

/** A person as GoTrue shows one: no secrets, no empty times, "" for no address. */
export function showUser(user: User): Json {
  const times = SHOWN_WHEN_SET.flatMap((key) => {
    const time = user[key];
    return time ? [[key, toZulu(time)]] : [];
  });
  return {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email ?? "",
    phone: user.phone ?? "",
    ...Object.fromEntries(times),
    ...(user.email_change ? { new_email: user.email_change } : {}),
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    identities: user.identities.map(showIdentity),
    created_at: toZulu(user.created_at),
    updated_at: toZulu(user.updated_at),
    is_anonymous: user.is_anonymous,
  };
}

function showIdentity(identity: Identity): Json {
  const { id, provider_id, user_id, identity_data, provider, email } = identity;
  return {
    identity_id: id,
    id: provider_id,
    user_id,
    identity_data,
    provider,
    ...(identity.last_sign_in_at ? { last_sign_in_at: toZulu(identity.last_sign_in_at) } : {}),
    created_at: toZulu(identity.created_at),
    updated_at: toZulu(identity.updated_at),
    ...(email ? { email } : {}),
  };
}
