/**
 * Three programs in one document: N−1, N and N+1. While the document is of version N−1 all of them write, and the newer
 * one already leaves things that the others do not know: a type, attributes, marks and inline objects, which must
 * outlive every edit beside them. Then it raises the version to N, and to N+1: whoever is older reads on, sends no byte
 * and changes no block.
 */
import type * as Y from "yjs";
import { FakeServer } from "../../lib/collab/fake-network.ts";
import { FakeDisk, FakeTab } from "../../lib/collab/fake-tab.ts";
import { listMarkers } from "../../lib/collab/model-world.ts";
import { settlePromises, VirtualClock } from "../../lib/collab/virtual-clock.ts";
import { insertText, lengthOf, setShape } from "../../lib/core/block-edit.ts";
import { createDice, type Dice } from "../../lib/core/guard-fixtures.ts";
import { type Action, History, ME, Peer } from "../../lib/core/history.ts";
import type { BlockId } from "../../lib/core/ids.ts";
import {
  flawsOfAttempts,
  flawsOfLog,
  flawsOfMarkers,
  flawsOfPromises,
  flawsOfReplicas,
  replayLog,
} from "../../lib/core/invariants.ts";
import { flawsOfTree } from "../../lib/core/invariants-of-blocks.ts";
import { projectDocument } from "../../lib/core/projection.ts";
import { SCHEMA_VERSION } from "../../lib/core/schema-version.ts";
import { EMBED_MARK, OBJECT_CHARACTER } from "../../lib/core/strand.ts";
import type { GroundOptions, Outcome, Suite } from "./suite.ts";

const VERSIONS = [SCHEMA_VERSION - 1, SCHEMA_VERSION, SCHEMA_VERSION + 1] as const;
/** Edits that take nothing away, so that every unknown thing must be there afterwards. */
const BESIDE: readonly Action[] = ["create", "type", "type", "split", "join", "move", "nest"];

type Program = { readonly version: number; readonly tab: FakeTab; readonly peer: Peer };
/** What the newest program wrote and the others do not know. */
type Unknown = { readonly block: BlockId; readonly type: string; readonly attrs: string };

type Plant = {
  /** Takes any version for its own. */
  readonly ignoresVersion?: boolean;
  /** Makes paragraphs of what it does not know. */
  readonly normalises?: boolean;
};

const PLANTS: Readonly<Record<string, Plant>> = {
  "version-ignored": { ignoresVersion: true },
  "unknown-normalised": { normalises: true },
};

class World {
  readonly dice: Dice;
  readonly clock = new VirtualClock(settlePromises);
  readonly server = new FakeServer();
  readonly book: History;
  readonly programs: readonly Program[];
  readonly unknown: Unknown[] = [];
  objects = 0;
  sparkling = 0;
  readonly plant: Plant;

  constructor(seed: number, plant: Plant) {
    this.plant = plant;
    this.dice = createDice(seed);
    this.book = new History(seed);
    this.server.schemaVersion = VERSIONS[0];
    this.programs = VERSIONS.map((version) => this.#start(version));
  }

  /** The planted bug claims a version that it does not know. */
  #start(version: number): Program {
    const { server, clock, dice, plant } = this;
    const userId = `version${version}`;
    server.roles.set(userId, "editor");
    const schemaVersion = plant.ignoresVersion ? 99 : version;
    const disk = new FakeDisk(clock, dice);
    const tab = new FakeTab({ server, clock, dice, userId, disk, name: userId, log: { schemaVersion } });
    void tab.open();
    return { version, tab, peer: new Peer(tab.doc) };
  }

  get newest(): Program {
    return this.programs.at(-1) as Program;
  }

  /** The newest program writes one thing of each kind. */
  writeUnknown(): void {
    const { dice, book } = this;
    const { peer } = this.newest;
    if (peer.ids().length === 0) book.act(peer, "create");
    const ids = peer.ids();
    const block = ids[dice(ids.length)];
    if (block === undefined) return;
    const { map } = peer;
    const attrs = { colour: "sea", nested: { deep: [this.unknown.length, null] } };
    const length = lengthOf(map, block);
    const marks = { [EMBED_MARK]: { mention: `person ${this.objects}` } };
    peer.doc.transact(() => {
      setShape(map, block, { type: "mood-board", attrs });
      insertText(map, block, dice(length + 1), { text: OBJECT_CHARACTER, marks });
      insertText(map, block, 0, { text: "*", marks: { sparkle: { n: this.sparkling } } });
    }, ME);
    this.objects++;
    this.sparkling++;
    const known = this.unknown.findIndex((one) => one.block === block);
    if (known >= 0) this.unknown.splice(known, 1);
    this.unknown.push({ block, type: "mood-board", attrs: JSON.stringify(attrs) });
  }

  async write(program: Program, edits: number): Promise<void> {
    const { book, dice, clock } = this;
    for (; edits > 0; edits--) {
      if (program.tab.log.status.getSnapshot().isWritable)
        book.act(program.peer, BESIDE[dice(BESIDE.length)] as Action);
      if (this.plant.normalises && program !== this.newest) normalise(program.peer);
      await clock.run(20 + dice(60));
    }
  }
}

function normalise({ map, doc }: Peer): void {
  doc.transact(() => {
    for (const { id } of map.outline().items)
      if (map.type(id) === "mood-board") setShape(map, id, { type: "paragraph", attrs: {} });
  }, ME);
}

/** Everything unknown that was written is there. */
function flawsOfUnknown({ unknown, objects, sparkling }: World, doc: Y.Doc): string[] {
  const reader = new Peer(doc);
  const kept = unknown.flatMap(({ block, type, attrs }) => {
    const entry = reader.map.entry(block);
    const isKept = entry?.type === type && JSON.stringify(entry.attrs) === attrs;
    return isKept ? [] : [`I3 block ${block} lost its unknown type or attributes: ${entry?.type}`];
  });
  const runs = reader.ids().flatMap((id) => reader.map.runs(id));
  const count = (mark: string) =>
    new Set(runs.flatMap(({ marks }) => (mark in marks ? [JSON.stringify(marks[mark])] : [])));
  for (const { size, what, wanted } of [
    { size: count(EMBED_MARK).size, what: "inline objects", wanted: objects },
    { size: count("sparkle").size, what: "marks", wanted: sparkling },
  ])
    if (size !== wanted) kept.push(`I3 of ${wanted} unknown ${what} ${size} are left`);
  reader.map.destroy();
  return kept;
}

/** The newest raises the version; what older ones try then must lead nowhere. */
async function raise(world: World, version: number): Promise<string[]> {
  const { server, clock, programs, newest } = world;
  await clock.run(1_000);
  server.schemaVersion = version;
  for (const { tab } of programs) tab.log.pullNow();
  await clock.run(200);
  const from = server.rows.length;
  const older = programs.filter((program) => program.version < version);
  for (const program of programs) await world.write(program, 4);
  world.writeUnknown();
  // Whatever a page lets through: the words stay where they were typed.
  for (const { tab } of older) tab.doc.getText("slipped").insert(0, "x");
  await world.write(newest, 2);
  await clock.run(3_000);
  return older.flatMap(({ tab, version: own }) => {
    const rows = server.rows.slice(from).filter(({ sessionId }) => sessionId === tab.sessionId);
    const { problem, isWritable } = tab.log.status.getSnapshot();
    return [
      ...flawsOfAttempts([
        { who: `version ${own}`, what: `in version ${version}`, bytesRead: 0, rowsWritten: rows.length },
      ]),
      ...(problem === "newer-version" && !isWritable
        ? []
        : [`I7 version ${own} may write in version ${version}: ${problem}`]),
    ];
  });
}

async function run(seed: number, plant: Plant): Promise<Outcome> {
  const world = new World(seed, plant);
  const { clock, server, programs, book } = world;
  await clock.run(200);
  book.act(world.newest.peer, "create");
  for (let round = 0; round < 3; round++) {
    world.writeUnknown();
    for (const program of programs) await world.write(program, 1 + world.dice(4));
  }
  await clock.run(1_000);
  const broken = flawsOfUnknown(world, replayLog(server.rows));
  for (const version of VERSIONS.slice(1)) broken.push(...(await raise(world, version)));
  const truth = replayLog(server.rows);
  broken.push(
    ...book.broken,
    ...flawsOfUnknown(world, truth),
    ...flawsOfLog(server.rows),
    ...flawsOfPromises(server.rows, server.promised),
    ...flawsOfReplicas([
      { name: "the log", doc: truth },
      { name: "the newest", doc: world.newest.tab.doc },
    ]),
    ...flawsOfMarkers({ typed: book.typed.keys(), removed: book.removed, found: listMarkers(truth) }),
    ...flawsOfTree(projectDocument(truth).rows),
  );
  return { broken, counts: { rows: server.rows.length, unknown: world.objects, markers: book.typed.size } };
}

export const skew: Suite = {
  name: "skew",
  unit: "documents",
  full: 1_000,
  share: 60,
  plants: Object.keys(PLANTS),
  open({ plant }: GroundOptions) {
    const chosen = plant === null ? {} : (PLANTS[plant] ?? {});
    return Promise.resolve({ run: (seed: number) => run(seed, chosen), close: () => Promise.resolve() });
  },
};
