import fc from "fast-check";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { admitUpdate, createGuardState, judgeUpdate } from "./guard.ts";
import { writeHistory } from "./guard-fixtures.ts";

const SEED = Number(process.env.SEED ?? 20_261_122);
const RUNS = Number(process.env.RUNS ?? 300);

test(`GD1 every row of honest clients passes, in log order, and the guard's clocks are the document's (seed ${SEED}, ${RUNS} histories)`, () => {
  let rows = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 1, max: 5 }), (seed, people) => {
      const { log, clients } = writeHistory(seed, people, 120);
      const state = createGuardState();
      const doc = new Y.Doc();
      for (const row of log) {
        const before = new Map(state);
        expect(judgeUpdate(state, row)).toEqual(judgeUpdate(before, row));
        expect(state).toEqual(before);
        expect(admitUpdate(state, row)).toMatchObject({ ok: true });
        Y.applyUpdate(doc, row.data);
        rows++;
      }
      expect(doc.store.pendingStructs).toBeNull();
      expect(doc.store.pendingDs).toBeNull();
      expect(new Map(state)).toEqual(Y.decodeStateVector(Y.encodeStateVector(doc)));
      for (const client of clients) {
        expect(client.doc.getText("text").toDelta()).toEqual(doc.getText("text").toDelta());
        expect(client.doc.getMap("blocks").toJSON()).toEqual(doc.getMap("blocks").toJSON());
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(rows).toBeGreaterThan(RUNS * 10);
});

test(`GD2 arbitrary and damaged bytes never throw, and what passes leaves nothing pending (seed ${SEED})`, () => {
  const { log } = writeHistory(SEED, 3, 150);
  fc.assert(
    fc.property(fc.nat(log.length - 1), fc.nat(400), fc.nat(255), fc.boolean(), (at, position, byte, cut) => {
      const state = createGuardState();
      const doc = new Y.Doc();
      for (const row of log.slice(0, at)) {
        admitUpdate(state, row);
        Y.applyUpdate(doc, row.data);
      }
      const row = log[at];
      if (row === undefined) return;
      const data = row.data.slice(0, cut ? position % row.data.length : row.data.length);
      if (data.length > 0) data[position % data.length] = byte;
      if (!admitUpdate(state, { yjsClientId: row.yjsClientId, data }).ok) return;
      Y.applyUpdate(doc, data);
      expect(doc.store.pendingStructs).toBeNull();
      expect(doc.store.pendingDs).toBeNull();
      expect(new Map(state)).toEqual(Y.decodeStateVector(Y.encodeStateVector(doc)));
    }),
    { seed: SEED, numRuns: RUNS * 3 },
  );
});
