/**
 * Histories over the real stack: two or three people with one or two tabs each write in one document while calls are
 * refused, answers lost, messages dropped, sockets cut, tokens expired, the database taken away, rights taken and
 * given, and tabs killed. Then everything is healed, and once it is quiet nothing may be missing.
 */
import { Random } from "../../lib/core/history.ts";
import { type Attempt, flawsOfAttempts } from "../../lib/core/invariants.ts";
import { Faults, type Looks } from "../../supabase/tests/faults.ts";
import { append, call } from "../../supabase/tests/scene.ts";
import type { Person } from "../../supabase/tests/stand-in.ts";
import type { Browser, Tab } from "./browser.ts";
import { judge, readLog, sizeOf } from "./evidence.ts";
import { FREQUENT_SNAPSHOTS, plantsOf } from "./plants.ts";
import type { Ground, Outcome, Suite } from "./suite.ts";
import { gatherTeam, Room, removeMember, restoreRights, setRole, type Team } from "./team.ts";
import { openWorld } from "./world.ts";

export const stack: Suite = {
  name: "stack",
  unit: "histories",
  full: 500,
  share: 5,
  plants: ["duplicate-check-before-lock", "seq-from-a-sequence"],
  async open({ native, plant }): Promise<Ground> {
    const plants = [FREQUENT_SNAPSHOTS, ...plantsOf(plant)];
    const world = await openWorld({ native, plants, args: ["--test"] });
    try {
      const team = await gatherTeam(world.project());
      return { run: (seed) => playHistory(team, seed), close: () => world.end() };
    } catch (error) {
      await world.end();
      throw error;
    }
  },
};

interface Play {
  readonly room: Room;
  readonly faults: Faults;
  /** Draws what happens; the edits' content is drawn by the history, because it depends on what has arrived. */
  readonly random: Random;
  readonly counts: { deeds: number; edits: number; tabsKilled: number; removed: number };
  /** Whose rights were taken for good. */
  removed: Person | null;
}

async function playHistory(team: Team, seed: number): Promise<Outcome> {
  const random = new Random(seed);
  const faults = new Faults(team.project, seed);
  await faults.clear();
  await restoreRights(team);
  const people = [team.owner, ...team.editors.slice(0, 1 + random.below(2))];
  const room = await Room.open(team, seed, people);
  const counts = { deeds: 0, edits: 0, tabsKilled: 0, removed: 0 };
  const play: Play = { room, faults, random, counts, removed: null };
  try {
    await room.begin();
    if (random.chance(0.5)) room.openTab(random.pick(room.browsers) as Browser);
    for (let step = 24 + random.below(16); step > 0; step--) await takeStep(play);
    const attempts = await heal(play);
    const gone = await unsentByRemoved(play);
    const evidence = await judge(
      room,
      room.living.filter(({ browser }) => browser.person !== play.removed),
      gone,
    );
    const broken = [...evidence.flaws, ...flawsOfAttempts(await attempts())];
    const { book, history } = room;
    const facts = {
      rows: evidence.log.length,
      acknowledged: book.promises.length,
      markers: history.typed.size,
    };
    return { broken, counts: { ...facts, snapshots: evidence.snapshots, ...counts } };
  } finally {
    await faults.clear();
    await room.close();
  }
}

async function takeStep(play: Play): Promise<void> {
  const { room, random, counts } = play;
  const tab = random.pick(room.living);
  const bursts = 1 + random.below(5);
  for (let n = 0; n < bursts; n++) if (tab?.edit(room.history, room.history.draw(true))) counts.edits += 1;
  if (random.chance(0.4)) {
    counts.deeds += 1;
    await (random.pick(DEEDS) as Deed)(play);
  }
  await new Promise((resolve) => setTimeout(resolve, random.below(40)));
}

type Deed = (play: Play) => Promise<unknown>;

const LOOKS: readonly Looks[] = ["cut", "unavailable", "timeout"];
const CALLS = ["append_updates", "append_updates", "pull_updates", "open_document"] as const;

const drawnFault = (random: Random) => ({
  name: random.pick(CALLS) ?? "append_updates",
  share: 0.3 + random.next() * 0.6,
  looks: random.pick(LOOKS) ?? "cut",
  limit: 1 + random.below(3),
});

const someone = ({ room, random }: Play): string =>
  random.chance(0.3) ? "all" : (random.pick(room.browsers)?.person.id ?? "all");

const DEEDS: readonly Deed[] = [
  ({ faults, random }) => faults.refuseRpc(drawnFault(random)),
  ({ faults, random }) => faults.loseRpcAnswer(drawnFault(random)),
  ({ faults, random }) => faults.loseRpcAnswer(drawnFault(random)),
  ({ faults, random }) => faults.delayRpc([0, 20 + random.below(120)], random.pick(CALLS)),
  ({ faults, random }) => faults.dropMessages("document:", 0.2 + random.next() * 0.6),
  ({ faults, random }) => faults.duplicateMessages("document:", 0.2 + random.next() * 0.6),
  ({ faults, random }) => faults.reorderMessages("document:", 0.2 + random.next() * 0.6),
  ({ faults, random }) => faults.scatterMessages("document:", [0, 20 + random.below(200)]),
  (play) => play.faults.killSockets(someone(play)),
  (play) => play.faults.expireTokens(someone(play)),
  ({ faults, room }) => faults.closeChannels(`document:${room.documentId}`),
  ({ faults, random }) => faults.loseDatabase(0.05 + random.next() * 0.3),
  ({ faults, random }) => faults.loseRealtime(0.05 + random.next() * 0.3),
  ({ faults }) => faults.clear(),
  async ({ room, random }) => {
    for (const tab of room.living) tab.line.twice = random.below(4);
  },
  async ({ room, random }) => {
    const editor = random.pick(room.browsers.slice(1));
    if (editor) await setRole(room.team, editor.person, random.chance(0.5) ? "viewer" : "editor");
  },
  killTab,
  killTab,
  removeSomeone,
];

/** Its browser opens another in its place, as when a crashed page is loaded again. */
async function killTab({ room, random, counts }: Play): Promise<void> {
  const tab = random.pick(room.living);
  if (!tab) return;
  await tab.kill();
  counts.tabsKilled += 1;
  room.openTab(tab.browser);
}

async function removeSomeone(play: Play): Promise<void> {
  const { room, random, counts } = play;
  const editor = random.pick(room.browsers.slice(1));
  if (play.removed || !editor || random.chance(0.5)) return;
  if (!(await removeMember(room.team, editor.person))) return;
  play.removed = editor.person;
  counts.removed += 1;
}

/** Ends the faults and gives back the rights that were lent. Returns what somebody removed still tries. */
async function heal(play: Play): Promise<() => Promise<Attempt[]>> {
  const { room, faults, removed, random } = play;
  await faults.clear();
  for (const { person } of room.browsers.slice(1))
    if (person !== removed) await setRole(room.team, person, "editor");
  const isWoken = random.chance(0.5);
  for (const tab of room.living) if (isWoken) tab.wake();
  if (removed === null) return async () => [];
  const before = await readLog(room.client, room.documentId);
  return () => tryAll(room, removed, before.length);
}

/** What a removed person typed and could not send: offered to them, in nobody's document. */
async function unsentByRemoved({ room, removed }: Play): Promise<Set<string>> {
  const tabs = room.tabs.filter((tab) => tab.browser.person === removed);
  const sets = await Promise.all(tabs.map((tab) => tab.unsentMarkers()));
  return new Set(sets.flatMap((markers) => [...markers]));
}

const CONTENT = ["document_updates", "document_snapshots", "blocks", "document_heads", "document_sessions"];

async function tryAll(room: Room, person: Person, rows: number): Promise<Attempt[]> {
  const { documentId, team } = room;
  const who = "a removed member";
  const attempts: Attempt[] = [];
  const read = (what: string, value: unknown) =>
    attempts.push({ who, what, bytesRead: sizeOf(value), rowsWritten: 0 });
  read("pull", (await call(person.client, "pull_updates", { p_document_id: documentId })).value);
  for (const table of CONTENT) {
    const { data } = await person.client.from(table).select("*").eq("document_id", documentId);
    read(table, data?.length ? data : null);
  }
  const tab = room.tabs.find(({ browser }) => browser.person === person) as Tab;
  const session = { documentId, sessionId: tab.session.sessionId, yjsClientId: tab.session.doc.clientID };
  await append(person.client, session, [{ clientSeq: 9_999, data: "AAA=" }]);
  const own = (await readLog(team.client, documentId)).slice(rows);
  const rowsWritten = own.filter(({ sessionId }) => sessionId === session.sessionId).length;
  return [...attempts, { who, what: "append", bytesRead: 0, rowsWritten }];
}
