/**
 * Hostile members over the real stack. An editor, a viewer, somebody removed and a stranger send forged, broken and
 * endless bytes from a process of their own, while two people type in this one: wrong role, session, size and rate are
 * refused and nothing is stored; what is stored and no edit is quarantined, and in no replica, snapshot or block; the
 * two people's event loop stays free and their words arrive.
 */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { text } from "node:stream/consumers";
import { admitUpdate, createGuardState } from "../../lib/core/guard.ts";
import { Random } from "../../lib/core/history.ts";
import type { LogRow } from "../../lib/core/protocol.ts";
import { join } from "../../supabase/tests/scene.ts";
import { newPerson, type Person } from "../../supabase/tests/stand-in.ts";
import { until } from "../../supabase/tests/waiting.ts";
import type { Tab } from "./browser.ts";
import { judge, readLog } from "./evidence.ts";
import type { Orders, Report } from "./hostile-attacker.ts";
import { plantsOf } from "./plants.ts";
import type { Ground, Outcome, Suite } from "./suite.ts";
import { gatherTeam, Room, removeMember, type Team } from "./team.ts";
import { openWorld } from "./world.ts";

export const hostile: Suite = {
  name: "hostile",
  unit: "attacks",
  full: 20,
  share: 1,
  plants: ["guard-off"],
  async open({ native, plant }): Promise<Ground> {
    const world = await openWorld({ native, plants: plantsOf(plant) });
    try {
      const team = await gatherTeam(world.project(), ["Edda"]);
      const gang = await gatherGang(team);
      return { run: (seed) => attackOnce(team, gang, seed), close: () => world.end() };
    } catch (error) {
      await world.end();
      throw error;
    }
  },
};

type Gang = readonly { readonly role: string; readonly person: Person }[];

const OUTSIDE = ["removed", "stranger"];

async function gatherGang(team: Team): Promise<Gang> {
  const { project, owner, workspaceId } = team;
  const gang: { role: string; person: Person }[] = [];
  for (const role of ["editor", "viewer", "removed", "stranger"]) {
    const person = await newPerson(project, `hostile ${role}`.replace(" ", "."));
    if (role !== "stranger") await join(owner, workspaceId, person, role === "removed" ? "editor" : role);
    if (role === "removed") await removeMember(team, person);
    gang.push({ role, person });
  }
  return gang;
}

const CALM_MS = 1_500;
const FLOOD_MS = 1_500;
/**
 * What an attack may cost the others: the wait of their event loop (p99) and a word's way (p95), milliseconds; or so
 * many times what it is without an attack, where the machine is busy by itself. 32 calls of the attackers are always
 * on their way, so that a word waits behind them in one process that does everything on two cores: 0.9 s where nothing
 * else runs, and 1.6 s beside the other tests.
 */
const MOST_MS = { lag: 50, shown: 3_000 } as const;
const MOST_TIMES = { lag: 4, shown: 12 } as const;

async function attackOnce(team: Team, gang: Gang, seed: number): Promise<Outcome> {
  const room = await Room.open(team, seed, [team.owner, ...team.editors]);
  try {
    await room.begin();
    const tabs = room.tabs as [Tab, Tab];
    const calm = await typeFor(room, tabs, seed, async () => {
      await new Promise((done) => setTimeout(done, CALM_MS));
    });
    const reports: Report[] = [];
    const strike = (floodMs: number | null) => async () => {
      reports.push(await attack({ ...(await ordersOf(team, gang, room, tabs[0])), floodMs }));
    };
    await typeFor(room, tabs, seed + 1, strike(null));
    const stormy = await typeFor(room, tabs, seed + 2, strike(FLOOD_MS));
    const { log, refused } = await untilQuarantined(room);
    const wrong = flawsOfQuarantine(log, refused);
    const evidence = wrong.length > 0 ? { log, flaws: wrong } : await judge(room, room.living);
    const flaws = [...evidence.flaws, ...reports.flatMap(flawsOfAnswers), ...flawsOfOthers(calm, stormy)];
    return { broken: flaws, counts: countsOf(evidence.log, refused, reports, { calm, stormy }, room) };
  } finally {
    await room.close();
  }
}

interface Felt {
  /** p99 of this process's event loop, and p95 of a word's way to the other, milliseconds. */
  readonly lagMs: number;
  readonly shownMs: number;
  readonly words: number;
}

/** Both type five keys a second while the deed lasts. */
async function typeFor(
  room: Room,
  [one, other]: [Tab, Tab],
  seed: number,
  deed: () => Promise<void>,
): Promise<Felt> {
  const random = new Random(seed);
  const times: number[] = [];
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  let isOver = false;
  const type = async (from: Tab, to: Tab) => {
    while (!isOver) {
      const before = new Set(room.history.typed.keys());
      if (from.edit(room.history, "type")) {
        const [marker] = [...room.history.typed.keys()].filter((key) => !before.has(key));
        if (marker !== undefined) void shownAt(to, marker).then((ms) => times.push(ms));
      }
      await new Promise((done) => setTimeout(done, 150 + random.below(100)));
    }
  };
  const typing = Promise.all([type(one, other), type(other, one)]);
  await deed();
  isOver = true;
  await typing;
  loop.disable();
  times.sort((a, b) => a - b);
  return {
    lagMs: Math.max(0, loop.percentile(99) / 1e6 - 5),
    shownMs: times[Math.floor(times.length * 0.95)] ?? 0,
    words: times.length,
  };
}

function shownAt(tab: Tab, marker: string): Promise<number> {
  const began = performance.now();
  return new Promise((done) => {
    const look = () => {
      if (!tab.peer.text().includes(marker)) return;
      tab.session.doc.off("afterTransaction", look);
      done(performance.now() - began);
    };
    tab.session.doc.on("afterTransaction", look);
  });
}

async function ordersOf(team: Team, gang: Gang, room: Room, victim: Tab): Promise<Omit<Orders, "floodMs">> {
  const { url, publishableKey } = team.project;
  const members = [];
  for (const { role, person } of gang) {
    const { data } = await person.client.auth.getSession();
    members.push({ role, token: data.session?.access_token ?? "" });
  }
  return {
    url,
    publishableKey,
    documentId: room.documentId,
    workspaceId: team.workspaceId,
    epoch: victim.session.status.getSnapshot().access?.epoch ?? 0,
    victim: { sessionId: victim.session.sessionId, yjsClientId: victim.session.doc.clientID },
    members,
  };
}

async function attack(orders: Orders): Promise<Report> {
  const main = resolve(import.meta.dirname, "hostile-attacker.ts");
  const child = spawn(process.execPath, [main], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(orders));
  return JSON.parse(await text(child.stdout)) as Report;
}

async function quarantineOf({ client, documentId }: Room): Promise<Set<number>> {
  const seqs = new Set<number>();
  for (;;) {
    const { data, error } = await client
      .from("document_quarantine")
      .select("seq")
      .eq("document_id", documentId)
      .gt("seq", Math.max(0, ...seqs))
      .order("seq")
      .limit(1_000);
    if (error) throw new Error(error.message);
    for (const { seq } of data) seqs.add(seq);
    if (data.length < 1_000) return seqs;
  }
}

/** The log once nothing more comes, and what of it was quarantined, as soon as that is all or a while has passed. */
async function untilQuarantined(room: Room): Promise<{ log: LogRow[]; refused: Set<number> }> {
  let log: LogRow[] = [];
  let refused = new Set<number>();
  const isDone = async () => {
    await new Promise((done) => setTimeout(done, 200));
    log = await readLog(room.client, room.documentId);
    refused = await quarantineOf(room);
    return flawsOfQuarantine(log, refused).length === 0;
  };
  await until(isDone, "all is quarantined that should be", 90_000).catch(() => undefined);
  return { log, refused };
}

/** The guard says which rows are no edits; exactly these are quarantined. */
function flawsOfQuarantine(log: readonly LogRow[], refused: ReadonlySet<number>): string[] {
  const accepted = createGuardState();
  const wrong = log.filter((row) => admitUpdate(accepted, row).ok === refused.has(row.seq));
  return wrong
    .slice(0, 3)
    .map(({ seq }) =>
      refused.has(seq)
        ? `I4 row ${seq} is an edit, and quarantined`
        : `I4 row ${seq} is no edit, and not quarantined`,
    );
}

/** Whoever may not write stores nothing, whatever they send; nobody writes as another, or ten megabytes. */
function flawsOfAnswers(report: Report): string[] {
  if (Object.keys(report.answers).length === 0) return ["I7 the attack did not take place"];
  const flaws: string[] = [];
  for (const [name, statuses] of Object.entries(report.answers)) {
    const mayPass = name.startsWith("editor ") && !/forged session|10 MB/.test(name);
    const mayOpen = name === "viewer open";
    const passed = Number(statuses[200] ?? 0);
    if (passed > 0 && !mayPass && !mayOpen) flaws.push(`I7 ${name} was answered 200 ${passed} times`);
  }
  for (const name of report.joined)
    if (OUTSIDE.some((role) => name.startsWith(role))) flaws.push(`I7 ${name}: joined`);
  return flaws;
}

function flawsOfOthers(calm: Felt, { lagMs, shownMs }: Felt): string[] {
  const flaws: string[] = [];
  if (lagMs > Math.max(MOST_MS.lag, calm.lagMs * MOST_TIMES.lag))
    flaws.push(`I2 the others' event loop waited ${Math.round(lagMs)} ms (p99)`);
  if (shownMs > Math.max(MOST_MS.shown, calm.shownMs * MOST_TIMES.shown))
    flaws.push(`I2 the others' words took ${Math.round(shownMs)} ms (p95)`);
  return flaws;
}

function countsOf(
  log: readonly LogRow[],
  refused: ReadonlySet<number>,
  reports: readonly Report[],
  { calm, stormy }: { calm: Felt; stormy: Felt },
  { book }: Room,
): Record<string, number> {
  const answers = reports.flatMap((report) => Object.values(report.answers).flatMap(Object.entries<number>));
  const calls = answers.reduce((sum, [, count]) => sum + count, 0);
  const passed = answers.reduce((sum, [status, count]) => sum + (status === "200" ? count : 0), 0);
  return {
    rows: log.length,
    acknowledged: book.promises.length,
    quarantined: refused.size,
    calls,
    refused: calls - passed,
    frames: reports.reduce((sum, { frames }) => sum + frames, 0),
    words: calm.words + stormy.words,
    calmLagMs: calm.lagMs,
    stormyLagMs: stormy.lagMs,
    calmShownMs: calm.shownMs,
    stormyShownMs: stormy.shownMs,
  };
}
