/** What the tests of the account service share: projects by their config, the outbox, browsers, forged tokens. */
import { createHmac, type JsonWebKey } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createClient, type SupabaseClient, type User } from "@supabase/supabase-js";
import type { TestContext } from "vitest";
import { anonymous, type Project, service, startProject } from "./stand-in.ts";

export interface Mail {
  readonly type: string;
  readonly token: string;
  readonly tokenHash: string;
  readonly link: string;
}

export const freshEmail = (name = "ada") => `${name}-${crypto.randomUUID()}@example.com`;
export const PASSWORD = "long enough for it";

/** A project with this `[auth]` part of config.toml, on a schema of a few tables, with a function that says hello. */
export async function startWithConfig(toml: string, args: readonly string[] = []): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "config-"));
  const file = join(folder, "config.toml");
  await writeFile(file, toml);
  const functions = join(folder, "functions");
  await mkdir(join(functions, "hello"), { recursive: true });
  await writeFile(join(functions, "hello", "index.ts"), "Deno.serve(() => new Response('hello'));");
  const migrations = resolve(import.meta.dirname, "schema");
  const project = await startProject({
    args: ["--config", file, "--migrations", migrations, "--functions", functions, ...args],
  });
  const stop = async () => {
    await project.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...project, stop };
}

/** Skips where the project cannot be started with a config of its own. */
export function needsStandIn(context: TestContext, project: Project, why: string): void {
  if (!project.standIn) context.skip(`only a stand-in ${why}`);
}

/** The mails to somebody, the newest first. */
export async function outbox(project: Project, to: string): Promise<Mail[]> {
  const answer = await fetch(`${project.url}/mail?to=${encodeURIComponent(to)}`, {
    headers: { apikey: project.secretKey },
  });
  return (await answer.json()) as Mail[];
}

export async function newestMail(project: Project, to: string): Promise<Mail> {
  const [mail] = await outbox(project, to);
  if (!mail) throw new Error(`no mail went to ${to}`);
  return mail;
}

/** A person made by the admin, with a confirmed address. */
export async function madePerson(project: Project, email = freshEmail()): Promise<User> {
  const made = await service(project).auth.admin.createUser({
    email,
    password: PASSWORD,
    email_confirm: true,
  });
  if (!made.data.user) throw new Error(`the admin could not make ${email}: ${made.error?.message}`);
  return made.data.user;
}

export interface SignedIn {
  readonly client: SupabaseClient;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Another session of a person. */
export async function signIn(project: Project, email: string, password = PASSWORD): Promise<SignedIn> {
  const client = anonymous(project);
  const { data, error } = await client.auth.signInWithPassword({ email, password });
  if (error) throw new Error(`${email} could not sign in: ${error.code}`);
  return { client, accessToken: data.session.access_token, refreshToken: data.session.refresh_token };
}

export const refresh = (project: Project, refresh_token: string) =>
  anonymous(project).auth.refreshSession({ refresh_token });

/** A client as @supabase/ssr makes it: links that it asks for come back with a code for it alone. */
export function pkceClient({ url, publishableKey }: Project): SupabaseClient {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const auth = { flowType: "pkce", storage, persistSession: true, autoRefreshToken: false } as const;
  return createClient(url, publishableKey, { auth: { ...auth, detectSessionInUrl: false } });
}

export const follow = async (link: string) => {
  const answer = await fetch(link, { redirect: "manual" });
  return { status: answer.status, target: new URL(answer.headers.get("location") ?? "about:blank") };
};

export const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function decode(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
}

/** A token signed with HS256 by whatever is called the secret. */
export function hs256(secret: string, claims: object, head: object = {}): string {
  const input = `${encode({ alg: "HS256", typ: "JWT", ...head })}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** The stand-in's own secrets. */
export async function secretsOf(
  project: Project,
): Promise<{ jwtSecret: string; signingKey: JsonWebKey & { kid: string } }> {
  if (!project.folder) throw new Error("only a stand-in shows its secrets");
  return JSON.parse(await readFile(join(project.folder, "keys.json"), "utf8"));
}

/** A request to the account service; the token stands in Authorization. */
export const call = (project: Project, path: string, init: RequestInit = {}, token?: string) =>
  fetch(`${project.url}/auth/v1${path}`, {
    ...init,
    headers: {
      apikey: project.publishableKey,
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(init.headers as Record<string, string> | undefined),
    },
  });
