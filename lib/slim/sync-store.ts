/** In the place of use-sync-external-store/shim. */
export { useSyncExternalStore } from "react";
