/**
 * Runs work one after the other. Work that is done at once runs at once when nothing is before it, so that the
 * common message costs no turn of the event loop. A failure is handed over and does not stop the next.
 */
export interface Lane {
  add(work: () => Promise<void> | undefined): void;
}

export function createLane(onFailure: (error: unknown) => void): Lane {
  let last: Promise<void> | null = null;

  const run = (work: () => Promise<void> | undefined): Promise<void> | undefined => {
    try {
      return work()?.catch(onFailure);
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  };
  return {
    add(work) {
      const running = last ? last.then(() => run(work)) : run(work);
      if (!running) return;
      const mine: Promise<void> = running.then(() => {
        if (last === mine) last = null;
      });
      last = mine;
    },
  };
}
