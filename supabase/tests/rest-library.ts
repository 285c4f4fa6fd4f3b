/** The project with the library of `schema/`, on which the REST tests run. */
import { resolve } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { anonymous, newPerson, type Person, type Project, startProject } from "./stand-in.ts";

export interface Library {
  readonly project: Project;
  readonly ada: Person;
}

/**
 * Starts it before the tests of the file and ends it after them. On a hosted project every test is skipped, with
 * the reason, unless the SQL of `schema/` was applied there.
 */
export function openLibrary(): Library {
  let project: Project | null = null;
  let ada: Person | null = null;
  let missing: string | null = null;
  beforeAll(async () => {
    project = await startProject({ args: ["--migrations", resolve(import.meta.dirname, "schema")] });
    const { error } = await anonymous(project).from("books").select("id").limit(1);
    if (error) missing = `This project lacks the tables of supabase/tests/schema (${error.code}).`;
    else ada = await newPerson(project);
  });
  beforeEach((context) => {
    if (missing) context.skip(missing);
  });
  afterAll(() => project?.stop());
  return {
    get project() {
      if (!project) throw new Error("The project has not started.");
      return project;
    },
    get ada() {
      if (!ada) throw new Error("Nobody is signed in.");
      return ada;
    },
  };
}

export interface Plain {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A request without the client, as this person: for what the client does not show. `body` is JSON or text. */
export async function ask(library: Library, path: string, init: RequestInit = {}): Promise<Plain> {
  const { data } = await library.ada.client.auth.getSession();
  const headers = new Headers(init.headers);
  headers.set("apikey", library.project.publishableKey);
  if (!headers.has("authorization")) headers.set("authorization", `Bearer ${data.session?.access_token}`);
  if (init.body !== undefined && !headers.has("content-type"))
    headers.set("content-type", "application/json");
  const answer = await fetch(`${library.project.url}/rest/v1${path}`, { ...init, headers });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === "" ? null : isJson ? JSON.parse(text) : text,
  };
}
