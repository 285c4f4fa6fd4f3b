/**
 * What the contract tests run against: the project that SUPABASE_URL names (with SUPABASE_PUBLISHABLE_KEY and
 * SUPABASE_SECRET_KEY), or else a stand-in of their own, spawned, never imported: on a new folder with PGlite,
 * or, with DATABASE_URL, on that server in a database made anew.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { type StandIn, type StandInOptions, startStandIn } from "../../scripts/stand-in.ts";
import { type TestDatabase, takeDatabase } from "./native-database.ts";

export interface Project {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** The data folder, when the project is a stand-in. */
  readonly folder: string | null;
  /** The address of its database, when the stand-in runs on a server. */
  readonly databaseUrl?: string | null;
  readonly standIn: StandIn | null;
  /** Ends the stand-in and removes its folder. */
  stop(): Promise<void>;
}

export const newFolder = () => mkdtemp(join(tmpdir(), "stand-in-"));

export async function startProject(
  options: Omit<Partial<StandInOptions>, "dataFolder"> = {},
): Promise<Project> {
  const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY } = process.env;
  if (SUPABASE_URL && SUPABASE_PUBLISHABLE_KEY && SUPABASE_SECRET_KEY) {
    const keys = { publishableKey: SUPABASE_PUBLISHABLE_KEY, secretKey: SUPABASE_SECRET_KEY };
    const hosted = { folder: null, databaseUrl: null, standIn: null, stop: async () => undefined };
    return { url: SUPABASE_URL, ...keys, ...hosted };
  }
  const folder = await newFolder();
  const database = await newDatabase();
  const clear = async () => {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const databaseUrl = database?.url ?? null;
    const standIn = await startStandIn({ ...options, dataFolder: folder, databaseUrl });
    const { url, publishableKey, secretKey } = standIn;
    const stop = async () => {
      await standIn.stop();
      await clear();
    };
    return { url, publishableKey, secretKey, folder, databaseUrl, standIn, stop };
  } catch (error) {
    await clear();
    throw error;
  }
}

/** A database of its own on the server of DATABASE_URL; null where there is none and PGlite serves. */
export async function newDatabase(): Promise<TestDatabase | null> {
  const server = process.env.DATABASE_URL;
  return server ? takeDatabase(server) : null;
}

const quiet = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };

/** A client that nobody is signed in to. */
export const anonymous = (project: Project): SupabaseClient =>
  createClient(project.url, project.publishableKey, quiet);

/** A client that acts as service_role. */
export const service = (project: Project): SupabaseClient =>
  createClient(project.url, project.secretKey, quiet);

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly client: SupabaseClient;
}

/** A new person, signed in. */
export async function newPerson(project: Project, name = "Ada"): Promise<Person> {
  const email = `${name.toLowerCase()}-${randomUUID()}@example.com`;
  const password = `long enough ${randomUUID()}`;
  const client = anonymous(project);
  const { data, error } = await client.auth.signUp({ email, password, options: { data: { name } } });
  if (error || !data.session || !data.user)
    throw new Error(`sign-up failed: ${error?.message ?? "no session"}`);
  return { id: data.user.id, email, password, client };
}

/** The stand-in's own keys, for tests that mint tokens. */
export async function readKeys(project: Project): Promise<{ jwtSecret: string }> {
  if (!project.folder) throw new Error("only the stand-in shows its keys");
  return JSON.parse(await readFile(join(project.folder, "keys.json"), "utf8"));
}
