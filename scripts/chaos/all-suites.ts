import type { Suite, SuiteName } from "./suite.ts";

export const suites: Readonly<Partial<Record<SuiteName, Suite>>> = {};
