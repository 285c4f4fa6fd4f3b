"use client";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { LatePart } from "./late-part.ts";
import { toast } from "./toast.ts";

/** Shows a part that another asks for, once it is here. */
export function Soon<Props extends object>({ part, props }: { part: LatePart<Props>; props: Props }) {
  const read = () => part.loaded;
  const Part = useSyncExternalStore(part.subscribe, read, read);
  return Part ? <Part {...props} /> : null;
}

type LateProps<Props extends object> = {
  part: LatePart<Props>;
  props: Props;
  /** It could not be had, which the person was told. */
  onMissing?: () => void;
};

/** Shows a late part; until its code is here nothing stands in its place. */
export function Late<Props extends object>({ part, props, onMissing }: LateProps<Props>) {
  const [Part, setPart] = useState(() => part.loaded);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for once each time it is shown
  useEffect(() => {
    let isShown = true;
    part.get().then(
      (loaded) => isShown && setPart(() => loaded),
      () => {
        if (!isShown) return;
        sayMissing(part.name);
        onMissing?.();
      },
    );
    return () => {
      isShown = false;
    };
  }, [part]);
  return Part ? <Part {...props} /> : null;
}

export function sayMissing(name: string): void {
  toast.error(`${name} could not be loaded.`, {
    description: "It comes with its first use and needs a connection. Nothing that you wrote is touched.",
  });
}
