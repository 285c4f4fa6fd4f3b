/**
 * The crash: one person types, another watches, and in the middle of it everything is killed with -9, the server and
 * both pages. How many of the keys that the other had seen are still there when somebody opens the document again?
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectDocument } from "../lib/core/projection.ts";
import { gatherTeam, openPage } from "./benchmark-live-people.ts";
import { Rival, type RivalName } from "./benchmark-live-rivals.ts";
import { openRoom } from "./benchmark-live-room.ts";
import { startStandIn } from "./stand-in.ts";

export type Crash = { readonly name: string; readonly seen: number; readonly lost: number };

const PAUSE_MS = 60;

export async function crashRival(name: RivalName, keys: number): Promise<Crash> {
  const rival = await Rival.start(name);
  try {
    const [writer, watcher] = [await rival.open("crash"), await rival.open("crash")];
    for (let key = 0; key < keys; key++) {
      writer.type("text");
      await sleep(PAUSE_MS);
    }
    const seen = watcher.lengthOf("text");
    await rival.kill();
    for (const page of [writer, watcher]) page.close();
    await rival.startServer();
    const later = await rival.open("crash");
    // y-websocket answers before it has read what it stored.
    for (let i = 0; i < 50 && later.lengthOf("text") < seen; i++) await sleep(100);
    const lost = Math.max(0, seen - later.lengthOf("text"));
    later.close();
    return { name, seen, lost };
  } finally {
    await rival.stop();
  }
}

export async function crashHere(keys: number): Promise<Crash> {
  const folder = await mkdtemp(join(tmpdir(), "benchmark-"));
  let standIn = await startStandIn({ dataFolder: folder });
  try {
    const team = await gatherTeam(standIn, 2);
    const { room, times, documentId, close } = await openRoom(team, team.people);
    for (let key = 0; key < keys; key++) {
      room.press(0);
      await sleep(PAUSE_MS);
    }
    const seen = times.shownTimes.length;
    standIn.process.kill("SIGKILL");
    // The pages end with it: what they had not sent is gone.
    await Promise.all([close(), standIn.ended]);
    standIn = await startStandIn({ dataFolder: folder });
    const [person] = team.people;
    if (!person) throw new Error("A team has at least one person.");
    const later = openPage(person, documentId);
    await later.ready;
    const written = projectDocument(later.doc)
      .rows.map(({ plainText }) => plainText)
      .join("");
    await later.destroy();
    return { name: "here", seen, lost: Math.max(0, seen - written.length) };
  } finally {
    await standIn.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
