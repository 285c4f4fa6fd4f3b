"use client";
import { type ComponentType, useEffect, useState } from "react";
import { toast } from "sonner";

/** A part of the page whose code comes when it is first wanted. */
export class LatePart<Props extends object> {
  readonly name: string;
  loaded: ComponentType<Props> | null = null;
  readonly #load: () => Promise<ComponentType<Props>>;
  #asked: Promise<ComponentType<Props>> | null = null;

  /** @param name begins the sentence that says that it could not be had. */
  constructor(name: string, load: () => Promise<ComponentType<Props>>) {
    this.name = name;
    this.#load = load;
  }

  /** Rejects where it cannot be had (no connection, and never used before); the next call asks again. */
  get(): Promise<ComponentType<Props>> {
    this.#asked ??= this.#load().then(
      (part) => {
        this.loaded = part;
        return part;
      },
      (error: unknown) => {
        this.#asked = null;
        throw error;
      },
    );
    return this.#asked;
  }

  /** Asks for it ahead of its use; what fails is asked for again then. */
  readonly fetch = (): void => void this.get().catch(() => undefined);
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
