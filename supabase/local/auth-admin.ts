/** `auth.admin`: list, get, create, update and delete people. For the holder of the secret key. lite has none of it. */
import { randomUUID } from "node:crypto";
import type { Database, Session } from "./database.ts";
import type { Caller } from "./services.ts";

export type AdminAnswer = Response | null;

interface UserInput {
  id?: string;
  email?: string;
  password?: string;
  email_confirm?: boolean;
  user_metadata?: Record<string, unknown>;
  app_metadata?: Record<string, unknown>;
  ban_duration?: string;
}

const refuse = (status: number, error_code: string, msg: string) =>
  Response.json({ code: status, error_code, msg }, { status });

const USER = `
  select u.id, u.aud, u.role, u.email, u.phone, u.email_confirmed_at, u.confirmed_at, u.last_sign_in_at,
         u.raw_app_meta_data as app_metadata, u.raw_user_meta_data as user_metadata, u.created_at, u.updated_at,
         u.is_anonymous, coalesce((select json_agg(to_jsonb(i) - 'id' || jsonb_build_object('identity_id', i.id,
         'id', i.provider_id)) from auth.identities i where i.user_id = u.id), '[]') as identities
  from auth.users u`;

/** Null when the request is not one for the admin API. */
export async function answerAdmin(
  database: Database,
  request: Request,
  caller: Caller,
): Promise<AdminAnswer> {
  const url = new URL(request.url);
  const parts = /^\/auth\/v1\/admin\/users(?:\/([0-9a-f-]{36}))?$/.exec(url.pathname);
  if (!parts) return null;
  if (caller.role !== "service_role") return refuse(403, "not_admin", "User not allowed");
  const id = parts[1];
  const input =
    request.method === "POST" || request.method === "PUT" ? ((await request.json()) as UserInput) : {};
  if (!id) return request.method === "POST" ? create(database, input) : list(database, url.searchParams);
  if (request.method === "PUT") return update(database, id, input);
  if (request.method === "DELETE") return remove(database, id);
  return get(database, id);
}

async function get(database: Session, id: string): Promise<Response> {
  const { rows } = await database.query(`${USER} where u.id = $1`, [id]);
  return rows[0] ? Response.json(rows[0]) : refuse(404, "user_not_found", "User not found");
}

async function list(database: Database, query: URLSearchParams): Promise<Response> {
  const perPage = Math.min(1000, Number(query.get("per_page")) || 50);
  const offset = (Math.max(1, Number(query.get("page")) || 1) - 1) * perPage;
  const { rows } = await database.query(`${USER} order by u.created_at desc limit $1 offset $2`, [
    perPage,
    offset,
  ]);
  const total = await database.query<{ n: number }>("select count(*)::int as n from auth.users");
  const headers = { "x-total-count": String(total.rows[0]?.n ?? 0) };
  return Response.json({ users: rows, aud: "authenticated" }, { headers });
}

async function create(database: Database, input: UserInput): Promise<Response> {
  const email = input.email?.toLowerCase();
  if (!email) return refuse(400, "validation_failed", "Cannot create a user without an email");
  const taken = await database.query("select 1 from auth.users where email = $1", [email]);
  if (taken.rows.length > 0) {
    return refuse(422, "email_exists", "A user with this email address has already been registered");
  }
  const id = input.id ?? randomUUID();
  return database.transaction(async (tx) => {
    await tx.query(
      `insert into auth.users (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
       values ($1, $2, extensions.crypt($3, extensions.gen_salt('bf', 10)), case when $4 then now() end, $5, $6)`,
      [
        id,
        email,
        input.password ?? randomUUID(),
        input.email_confirm === true,
        JSON.stringify({ provider: "email", providers: ["email"], ...input.app_metadata }),
        JSON.stringify({ ...input.user_metadata }),
      ],
    );
    await tx.query(
      "insert into auth.identities (id, provider, provider_id, user_id, identity_data) values ($1, 'email', $2::text, $2::text::uuid, $3)",
      [randomUUID(), id, JSON.stringify({ sub: id, email, email_verified: input.email_confirm === true })],
    );
    return get(tx, id);
  });
}

async function update(database: Database, id: string, input: UserInput): Promise<Response> {
  await database.query(
    `update auth.users set
       email = coalesce($2, email),
       encrypted_password = coalesce(extensions.crypt($3, extensions.gen_salt('bf', 10)), encrypted_password),
       email_confirmed_at = case when $4 then coalesce(email_confirmed_at, now()) else email_confirmed_at end,
       raw_user_meta_data = raw_user_meta_data || $5::jsonb,
       raw_app_meta_data = raw_app_meta_data || $6::jsonb,
       updated_at = now()
     where id = $1`,
    [
      id,
      input.email?.toLowerCase() ?? null,
      input.password ?? null,
      input.email_confirm === true,
      JSON.stringify(input.user_metadata ?? {}),
      JSON.stringify(input.app_metadata ?? {}),
    ],
  );
  return get(database, id);
}

async function remove(database: Database, id: string): Promise<Response> {
  const { rows } = await database.query("delete from auth.users where id = $1 returning id", [id]);
  if (rows.length === 0) return refuse(404, "user_not_found", "User not found");
  await database.query("delete from auth.refresh_tokens where user_id = $1", [id]);
  return Response.json({});
}
