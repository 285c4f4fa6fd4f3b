/**
 * A mutex: work runs one after the other, in the order it asked. A failure of one does not stop the next.
 * Not reentrant: work that asks for the gate it holds waits forever.
 */
export interface Gate {
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createGate(): Gate {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const turn = last.then(work, work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
