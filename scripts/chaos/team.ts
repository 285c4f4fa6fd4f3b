/** The people of a campaign: one workspace, an owner and editors, each with a browser. Signed up once. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { History, Random } from "../../lib/core/history.ts";
import { call, createDocument, homeOf, join } from "../../supabase/tests/scene.ts";
import { newPerson, type Person, type Project, service } from "../../supabase/tests/stand-in.ts";
import { until } from "../../supabase/tests/waiting.ts";
import { Book, Browser, Tab } from "./browser.ts";
import type { Case } from "./evidence.ts";

export interface Team {
  readonly project: Project;
  readonly client: SupabaseClient;
  readonly owner: Person;
  readonly editors: readonly Person[];
  readonly workspaceId: string;
}

export async function gatherTeam(project: Project, editors = ["Edda", "Emil"]): Promise<Team> {
  const owner = await newPerson(project, "Olga");
  const people: Person[] = [];
  const workspaceId = await homeOf(owner);
  for (const name of editors) {
    const person = await newPerson(project, name);
    await join(owner, workspaceId, person, "editor");
    people.push(person);
  }
  return { project, client: service(project), owner, editors: people, workspaceId };
}

/** Whoever an earlier run took the rights from is an editor again. */
export async function restoreRights({ owner, editors, workspaceId, client }: Team): Promise<void> {
  const { data, error } = await client
    .from("workspace_members")
    .select("user_id,role")
    .eq("workspace_id", workspaceId);
  if (error) throw new Error(error.message);
  const roles = new Map(data.map((row) => [row.user_id as string, row.role as string]));
  for (const person of editors) {
    const role = roles.get(person.id);
    if (role === undefined) await join(owner, workspaceId, person, "editor");
    else if (role !== "editor") await setRole({ owner, workspaceId }, person, "editor");
  }
}

export async function setRole(
  { owner, workspaceId }: Pick<Team, "owner" | "workspaceId">,
  person: Person,
  role: string,
): Promise<boolean> {
  const values = { p_workspace_id: workspaceId, p_user_id: person.id, p_role: role };
  return (await call(owner.client, "set_member_role", values)).refusal === null;
}

export async function removeMember({ owner, workspaceId }: Team, person: Person): Promise<boolean> {
  const values = { p_workspace_id: workspaceId, p_user_id: person.id };
  return (await call(owner.client, "remove_member", values)).refusal === null;
}

/** One document with its writers, made anew for each run. */
export class Room implements Case {
  readonly team: Team;
  readonly documentId: string;
  readonly seed: number;
  readonly book = new Book();
  readonly history: History;
  readonly browsers: Browser[] = [];
  readonly tabs: Tab[] = [];

  private constructor(team: Team, documentId: string, seed: number) {
    this.team = team;
    this.documentId = documentId;
    this.seed = seed;
    this.history = new History(seed);
  }

  static async open(team: Team, seed: number, people: readonly Person[]): Promise<Room> {
    const { id } = await createDocument(team.owner, team.workspaceId);
    const room = new Room(team, id, seed);
    for (const person of people) {
      const browser = new Browser(team.project, person);
      await browser.signIn();
      room.browsers.push(browser);
    }
    return room;
  }

  get client(): SupabaseClient {
    return this.team.client;
  }

  get url(): string {
    return this.team.project.url;
  }

  get secretKey(): string {
    return this.team.project.secretKey;
  }

  get living(): Tab[] {
    return this.tabs.filter((tab) => !tab.isDead);
  }

  openTab(browser: Browser): Tab {
    const random = new Random(this.seed * 1_000 + this.tabs.length);
    const { documentId, book } = this;
    const tab = new Tab({ browser, documentId, book, random });
    this.tabs.push(tab);
    return tab;
  }

  /** One tab for each browser, ready, and a few blocks to start with. */
  async begin(blocks = 3): Promise<void> {
    for (const browser of this.browsers) this.openTab(browser);
    await Promise.all(this.tabs.map((tab) => tab.session.ready));
    const [first] = this.tabs;
    for (let n = 0; n < blocks; n++) first?.edit(this.history, "create");
    await first?.session.whenSaved();
    await until(
      () => this.tabs.every((tab) => tab.peer.ids().length >= blocks),
      "everybody sees the first blocks",
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.tabs.map((tab) => tab.close()));
  }
}
