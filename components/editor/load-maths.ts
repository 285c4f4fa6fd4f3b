import type { DrawMaths, LoadMaths } from "../../lib/editor/math-picture.ts";

let loading: Promise<DrawMaths | null> | null = null;

export const loadMaths: LoadMaths = () => {
  loading ??= import("./maths-engine.ts")
    .then(({ drawMaths }) => drawMaths)
    .catch((error: unknown) => {
      // offline, or a new version of the product is out: the next formula asks again
      console.warn("no maths", error);
      loading = null;
      return null;
    });
  return loading;
};
