/**
 * kill -9 while people type: of the stand-in, of its Postgres server, of both, and now and then of a tab. Before
 * anybody sends anything again the log must hold all that was acknowledged and all that was shown; once everybody is
 * back and it is quiet, every marker once.
 */
import { Random } from "../../lib/core/history.ts";
import type { Tab } from "./browser.ts";
import { judge, judgePromises } from "./evidence.ts";
import { FREQUENT_SNAPSHOTS, plantsOf, SHORT_LEASES } from "./plants.ts";
import type { Ground, Outcome, Suite } from "./suite.ts";
import { gatherTeam, Room, type Team } from "./team.ts";
import { openWorld, type Victim, type World } from "./world.ts";

export const kill: Suite = {
  name: "kill",
  unit: "kills",
  full: 100,
  share: 2,
  plants: ["acknowledge-before-commit", "show-before-commit"],
  async open({ native, plant }): Promise<Ground> {
    const plants = [FREQUENT_SNAPSHOTS, ...SHORT_LEASES, ...plantsOf(plant)];
    const world = await openWorld({ native, plants });
    try {
      const team = await gatherTeam(world.project());
      return { run: (seed) => killOnce(world, team, seed), close: () => world.end() };
    } catch (error) {
      await world.end();
      throw error;
    }
  },
};

async function killOnce(world: World, team: Team, seed: number): Promise<Outcome> {
  const random = new Random(seed);
  const room = await Room.open(team, seed, [team.owner, ...team.editors]);
  const victims: readonly Victim[] = world.isNative ? ["stand-in", "postgres", "both"] : ["stand-in"];
  const victim = random.pick(victims) ?? "stand-in";
  const counts = { tabsKilled: 0, restartMs: 0 };
  try {
    await room.begin();
    const typing = new Typing(room, seed);
    await pause(20 + random.next() * 400);
    const doomed = random.chance(0.5) ? random.pick(room.living) : undefined;
    await Promise.all([world.kill(victim), doomed && pause(random.below(20)).then(() => doomed.kill())]);
    for (const tab of room.living) tab.line.hold();
    counts.restartMs = await world.restart(victim);
    typing.stop();
    const broken = await judgePromises(room);
    if (doomed !== undefined) {
      counts.tabsKilled += 1;
      room.openTab(doomed.browser);
    }
    for (const tab of room.living) tab.line.letGo();
    await Promise.all(room.living.map((tab) => tab.session.ready));
    for (const tab of room.living) tab.edit(room.history, "type");
    const evidence = await judge(room, room.living);
    const facts = { rows: evidence.log.length, acknowledged: room.book.promises.length };
    const markers = room.history.typed.size;
    return {
      broken: [...broken, ...evidence.flaws],
      counts: { ...facts, markers, snapshots: evidence.snapshots, ...counts },
    };
  } finally {
    for (const tab of room.tabs) tab.line.letGo();
    await room.close();
  }
}

/** What a person types while the server is away is bounded: a few hundred edits say as much as thousands. */
const MOST_EDITS = 60;

/** Everybody types as fast as they are let. */
class Typing {
  #isOver = false;

  constructor(room: Room, seed: number) {
    room.tabs.forEach((tab, at) => void this.#type(room, tab, new Random(seed * 100 + at)));
  }

  stop(): void {
    this.#isOver = true;
  }

  async #type(room: Room, tab: Tab, random: Random): Promise<void> {
    for (let n = 0; n < MOST_EDITS && !this.#isOver && !tab.isDead; n++) {
      tab.edit(room.history, random.chance(0.7) ? "type" : room.history.draw(true));
      await pause(random.below(16));
    }
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
