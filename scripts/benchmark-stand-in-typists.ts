/**
 * How many people may type at once, five keys a second each, before every twentieth key takes longer than 150 ms to be
 * stored and shown to another: in pairs, each on a document of their own, and all of them on one.
 */
import { cpuBetween, cpuOf } from "./benchmark-live-cpu.ts";
import { playKeys } from "./benchmark-live-keys.ts";
import type { Team } from "./benchmark-live-people.ts";
import { openRoom } from "./benchmark-live-room.ts";
import { type Figure, figureOf } from "./benchmark-live-stats.ts";

export type Typing = {
  readonly people: number;
  /** People on each document. */
  readonly together: number;
  readonly shown: Figure;
  readonly appendsPerSecond: number;
  /** Share of one processor, this process (all the clients) and the stand-in. */
  readonly clientShare: number;
  readonly serverShare: number | null;
};

const PER_SECOND = 5;

/** @param server Process id of the stand-in. */
export async function measureTyping(
  team: Team,
  people: number,
  together: number,
  seconds: number,
  server: number | undefined,
): Promise<Typing> {
  const groups = Array.from({ length: Math.floor(people / together) }, (_, at) =>
    team.people.slice(at * together, (at + 1) * together),
  );
  const rooms: Awaited<ReturnType<typeof openRoom>>[] = [];
  try {
    for (const group of groups) rooms.push(await openRoom(team, group));
    const from = { at: performance.now(), own: process.cpuUsage(), server: cpuOf(server) };
    const script = { typists: together, keys: seconds * PER_SECOND, perSecond: PER_SECOND };
    await Promise.all(rooms.map(({ room, times }) => playKeys(room, times, script, true)));
    const took = (performance.now() - from.at) / 1_000;
    const own = process.cpuUsage(from.own);
    const used = cpuBetween(from.server, cpuOf(server));
    return {
      people: rooms.length * together,
      together,
      shown: figureOf(rooms.flatMap(({ times }) => times.shownTimes)),
      appendsPerSecond: rooms.reduce((sum, { log }) => sum + log.appends, 0) / took,
      clientShare: (own.user + own.system) / 1e6 / took,
      serverShare: used && used.own / took,
    };
  } finally {
    await Promise.all(rooms.map((room) => room.close()));
  }
}
