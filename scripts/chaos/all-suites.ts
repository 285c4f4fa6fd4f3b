import { corrupt } from "./corrupt.ts";
import { hostile } from "./hostile.ts";
import { kill } from "./kill.ts";
import { model } from "./model.ts";
import { session } from "./session.ts";
import { skew } from "./skew.ts";
import { stack } from "./stack.ts";
import type { Suite, SuiteName } from "./suite.ts";
import { tab } from "./tab.ts";
import { tree } from "./tree.ts";

export const suites: Readonly<Partial<Record<SuiteName, Suite>>> = {
  model,
  tree,
  stack,
  kill,
  tab,
  session,
  skew,
  hostile,
  corrupt,
};
