/**
 * Sessions that fail mid-edit: the token expires and cannot be refreshed for a while, another tab signs out and in
 * again, rights are taken and given back, the server answers 401, 403, 429. Nothing acknowledged is lost, words that
 * were not sent are kept, and no tab says Saved of words that are not stored.
 */
import { createHmac } from "node:crypto";
import { Random } from "../../lib/core/history.ts";
import { readKeys } from "../../supabase/tests/stand-in.ts";
import { until } from "../../supabase/tests/waiting.ts";
import type { Browser, Tab } from "./browser.ts";
import { judge, markersOfDocument } from "./evidence.ts";
import type { Intercept } from "./line.ts";
import type { Ground, Outcome, Suite } from "./suite.ts";
import { gatherTeam, Room, removeMember, restoreRights, setRole, type Team } from "./team.ts";
import { openWorld } from "./world.ts";

export const session: Suite = {
  name: "session",
  unit: "sessions that fail",
  full: 50,
  share: 3,
  plants: [],
  async open({ native }): Promise<Ground> {
    const world = await openWorld({ native, args: ["--test"] });
    try {
      const team = await gatherTeam(world.project(), ["Edda"]);
      const { jwtSecret } = await readKeys(team.project);
      return { run: (seed) => failOnce(team, jwtSecret, seed), close: () => world.end() };
    } catch (error) {
      await world.end();
      throw error;
    }
  },
};

interface Play {
  readonly room: Room;
  readonly jwtSecret: string;
  readonly random: Random;
  /** Whose session fails, and its tab. */
  readonly browser: Browser;
  readonly tab: Tab;
  /** Who goes on. */
  readonly other: Tab;
  readonly counts: { stoppedMs: number; refused: number };
}

/** Breaks the session; resolves to what heals it and returns sentences of what was wrong meanwhile. */
type Failure = (play: Play) => Promise<() => Promise<string[]>>;

async function failOnce(team: Team, jwtSecret: string, seed: number): Promise<Outcome> {
  const random = new Random(seed);
  await restoreRights(team);
  const room = await Room.open(team, seed, [team.owner, ...team.editors]);
  try {
    await room.begin();
    const [other, tab] = room.tabs as [Tab, Tab];
    const counts = { stoppedMs: 0, refused: 0 };
    const play: Play = { room, jwtSecret, random, browser: tab.browser, tab, other, counts };
    await type(play, 4);
    // In turn, so that a share has each.
    const heal = await (FAILURES[seed % FAILURES.length] as Failure)(play);
    await type(play, 6);
    const wrong = await heal();
    for (const one of room.living) one.wake();
    const isOut = tab.session.status.getSnapshot().phase === "ended";
    const gone = isOut ? await tab.unsentMarkers() : new Set<string>();
    const evidence = await judge(room, isOut ? [other] : room.living, gone);
    return {
      broken: [...wrong, ...evidence.flaws],
      counts: {
        rows: evidence.log.length,
        acknowledged: room.book.promises.length,
        markers: room.history.typed.size,
        ...counts,
      },
    };
  } finally {
    await room.close();
  }
}

async function type({ room, random, tab, other }: Play, bursts: number): Promise<void> {
  for (let n = 0; n < bursts; n++) {
    tab.edit(room.history, "type");
    other.edit(room.history, room.history.draw(false));
    await new Promise((resolve) => setTimeout(resolve, random.below(40)));
  }
}

const isRest = (url: URL) => url.pathname.startsWith("/rest/v1/");
const json = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

/** A save state that says Saved while words of this tab are not acknowledged. */
function lies({ tab, room }: Play): string[] {
  const { status } = tab.session.saveState.getSnapshot();
  const open = [...tab.typed].filter(
    (marker) => !room.book.acknowledged.has(marker) && !room.history.removed.has(marker),
  );
  return status === "saved" && open.length > 0
    ? [`I1 a tab says Saved with ${open.length} words unsent`]
    : [];
}

/** Each call is answered so until it heals. */
function answering(answer: Intercept): Failure {
  return async (play) => {
    const { line } = play.tab;
    line.intercept = (url, init) => {
      const given = answer(url, init);
      if (given !== null) play.counts.refused += 1;
      return given;
    };
    return async () => {
      const wrong = lies(play);
      line.intercept = null;
      return wrong;
    };
  };
}

/** The real server gets a token of the same person that ran out a minute ago, and refreshing fails. */
const expiredToken: Failure = async (play) => {
  const { tab, jwtSecret, browser } = play;
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: browser.person.id,
    role: "authenticated",
    aud: "authenticated",
    exp: now - 60,
    iat: now - 3_660,
  };
  const token = signed(claims, jwtSecret);
  tab.line.intercept = async (url, init) => {
    if (url.pathname.startsWith("/auth/v1/token")) return json(503, { message: "away" });
    if (!isRest(url)) return null;
    play.counts.refused += 1;
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(url, { ...init, headers });
  };
  return async () => {
    await until(() => tab.session.saveState.getSnapshot().reason === "signed-out", "the tab says signed out");
    const wrong = lies(play);
    tab.line.intercept = null;
    return wrong;
  };
};

function signed(claims: object, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}

/** Another tab of the browser signs out: the shared storage is empty, until somebody signs in again. */
const signedOut: Failure = async (play) => {
  const { browser } = play;
  browser.storage.clear();
  return async () => {
    const wrong = lies(play);
    await browser.signIn();
    return wrong;
  };
};

const madeViewer: Failure = async (play) => {
  const { room, tab, browser } = play;
  const began = performance.now();
  await setRole(room.team, browser.person, "viewer");
  await until(() => !tab.isWritable, "the tab only reads", 2_000);
  play.counts.stoppedMs = performance.now() - began;
  return async () => {
    const wrong = lies(play);
    await setRole(room.team, browser.person, "editor");
    await until(() => tab.isWritable, "the tab may write again", 10_000);
    return wrong;
  };
};

/** Reads stop within two seconds; what was not sent is offered. */
const removed: Failure = async (play) => {
  const { room, tab, browser, other } = play;
  const began = performance.now();
  await removeMember(room.team, browser.person);
  await until(() => tab.session.status.getSnapshot().phase === "ended", "the tab has ended", 2_000);
  play.counts.stoppedMs = performance.now() - began;
  const before = room.history.typed.size;
  return async () => {
    await other.session.whenSaved();
    const later = [...room.history.typed.keys()].slice(before);
    const read = markersOfDocument(tab.session.doc).filter(
      (marker) => later.includes(marker) && room.history.typed.get(marker) !== tab.peer,
    );
    return [
      ...lies(play),
      ...read.map((marker) => `I7 a removed member read U+${marker.codePointAt(0)?.toString(16)}`),
    ];
  };
};

const FAILURES: readonly Failure[] = [
  expiredToken,
  signedOut,
  madeViewer,
  removed,
  answering((url) => (isRest(url) ? json(401, { code: "PGRST303", message: "JWT expired" }) : null)),
  answering((url) =>
    url.pathname.endsWith("/append_updates")
      ? json(429, { code: "PT429", message: "too_many", details: "Later." }, { "retry-after": "1" })
      : null,
  ),
  // A proxy's own word, not the server's refusal of this person.
  answering((url) => (url.pathname.endsWith("/append_updates") ? json(403, { message: "Forbidden" }) : null)),
];
