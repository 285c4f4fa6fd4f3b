/**
 * What the contract tests run against: the project that SUPABASE_URL names (with SUPABASE_PUBLISHABLE_KEY and
 * SUPABASE_SECRET_KEY), or else a stand-in of their own on a new folder, spawned, never imported.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { type StandIn, type StandInOptions, startStandIn } from "../../scripts/stand-in.ts";

export interface Project {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** The data folder, when the project is a stand-in. */
  readonly folder: string | null;
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
    return { url: SUPABASE_URL, ...keys, folder: null, standIn: null, stop: async () => undefined };
  }
  const folder = await newFolder();
  const standIn = await startStandIn({ ...options, dataFolder: folder });
  const { url, publishableKey, secretKey } = standIn;
  const stop = async () => {
    await standIn.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { url, publishableKey, secretKey, folder, standIn, stop };
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
