/**
 * Entries of sessions that are gone. The log may have them already: the tab died after the server took them and before
 * it heard so. The clocks of accepted rows tell, also when the rows themselves were compacted away.
 */
import * as Y from "yjs";
import type { GuardRow, GuardState } from "../core/guard.ts";

/** The clock after the row's last struct; null when it only deletes. Throws on bytes that do not decode. */
function endOf({ data, yjsClientId }: GuardRow): number | null {
  return Y.parseUpdateMeta(data).to.get(yjsClientId) ?? null;
}

/** True when it makes structs and the log has all of them. */
export function isPassed(accepted: GuardState, row: GuardRow): boolean {
  const end = endOf(row);
  return end !== null && end <= (accepted.get(row.yjsClientId) ?? 0);
}

/** As `isPassed`; what only deletes leaves no clocks, and does no harm if the log has it or not. */
export function isContained(accepted: GuardState, row: GuardRow): boolean {
  return endOf(row) === null || isPassed(accepted, row);
}
