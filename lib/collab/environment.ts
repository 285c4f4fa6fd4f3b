/** What the browser says about network and visibility. */

export interface Environment {
  isOnline(): boolean;
  /** Calls when the network comes or goes, and when the page is seen again. Returns the way to stop. */
  watch(handlers: {
    readonly onOnline: (online: boolean) => void;
    readonly onVisible: () => void;
  }): () => void;
}

export function createBrowserEnvironment(): Environment {
  return {
    isOnline: () => navigator.onLine,
    watch({ onOnline, onVisible }) {
      const stop = new AbortController();
      const options = { signal: stop.signal };
      window.addEventListener("online", () => onOnline(true), options);
      window.addEventListener("offline", () => onOnline(false), options);
      // A page that comes back from the back/forward cache is shown without a change of visibility.
      window.addEventListener("pageshow", (event) => event.persisted && onVisible(), options);
      const onChange = () => document.visibilityState === "visible" && onVisible();
      document.addEventListener("visibilitychange", onChange, options);
      return () => stop.abort();
    },
  };
}

/** Always online and seen: Node, tests. */
export const steadyEnvironment: Environment = { isOnline: () => true, watch: () => () => undefined };
