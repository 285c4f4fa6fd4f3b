"use client";
import { useRouter } from "next/navigation";
import { type ReactNode, startTransition, useCallback, useEffect, useMemo, useState } from "react";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { Sidebar, type SidebarProps } from "../sidebar/sidebar.tsx";
import { TreeProvider } from "../sidebar/tree-context.tsx";
import type { DocumentRow } from "../sidebar/tree-model.ts";
import { Confirm } from "../ui/confirm.tsx";
import { keepChoice } from "../ui/cookie.ts";
import { isAnswering } from "../ui/go.tsx";
import { Late } from "../ui/late.tsx";
import { LatePart } from "../ui/late-part.ts";
import { toast } from "../ui/toast.ts";
import { FrameContext } from "./frame-context.tsx";
import { refreshSafely } from "./refresh-safely.ts";
import { seams } from "./seams.ts";
import { SearchOverlay, useSearchAhead } from "./search.tsx";
import { SeedOnce } from "./seed-once.tsx";
import { Sheet } from "./sheet.tsx";
import { isDeleting, toSignIn } from "./to-sign-in.ts";
import { useFocusKept } from "./use-focus-kept.ts";
import { useSearchKey } from "./use-search-key.ts";
import { useShortcutsKey } from "./use-shortcuts-key.ts";
import { useSignOut } from "./use-sign-out.ts";
import { useTitleKept } from "./use-title-kept.ts";

const shortcuts = new LatePart(
  "The list of shortcuts",
  async () => (await import("./shortcuts-sheet.tsx")).ShortcutsSheet,
);

type FrameProps = Omit<SidebarProps, "signOut" | "exchange" | "showShortcuts" | "showSearch"> & {
  epoch: number;
  documents: readonly DocumentRow[];
  /** A new workspace without its first documents, opened by its owner. */
  needsSeed: boolean;
  userId: string;
  children: ReactNode;
};

/** Sidebar and page. It stays while one goes from document to document, so the tree never flickers. */
export function Frame({ epoch, documents, needsSeed, userId, children, ...side }: FrameProps) {
  const router = useRouter();
  const { workspace, canWrite } = side;
  const signOutNow = useSignOut();
  const [isAsked, setAsked] = useState(false);
  const signOut = useCallback(async () => {
    // A page that cannot even load the answer has no document open; where IndexedDB is denied nothing is kept.
    if (await seams.hasUnsentHere(userId).catch(() => false)) setAsked(true);
    else await signOutNow();
  }, [signOutNow, userId]);
  useLastWorkspace(workspace.id);
  useFocusKept();
  useTitleKept();
  useLeftBehind(userId);
  const [isListing, setListing] = useState(false);
  const showShortcuts = useCallback(() => setListing(true), []);
  useShortcutsKey(useCallback(() => setListing((shown) => !shown), []));
  const [isSearching, setSearching] = useState(false);
  const showSearch = useCallback(() => setSearching(true), []);
  useSearchKey(useCallback(() => setSearching((shown) => !shown), []));
  const place = useMemo(() => ({ userId, workspaceId: workspace.id }), [userId, workspace.id]);
  useSearchAhead(place);
  const [isSeeding, setSeeding] = useState(needsSeed);
  const endSeeding = useCallback(() => setSeeding(false), []);
  const exchange = useMemo(() => seams.exchange(place), [place]);
  const frame = useMemo(
    () => ({ workspace, canWrite, isSeeding, exchange, showShortcuts, showSearch }),
    [workspace, canWrite, isSeeding, exchange, showShortcuts, showSearch],
  );
  const rename = useCallback(
    (documentId: string, title: string) => seams.renameDocument(userId, documentId, title),
    [userId],
  );
  const onNoAccess = useCallback(() => void leave(router, workspace.name), [router, workspace.name]);
  const onNewEpoch = useSafeRefresh();
  return (
    <FrameContext value={frame}>
      <TreeProvider
        workspaceId={workspace.id}
        epoch={epoch}
        rows={documents}
        rename={rename}
        onNoAccess={onNoAccess}
        onNewEpoch={onNewEpoch}
      >
        <a className="skip" href="#main">
          Skip to the page
        </a>
        <Sheet
          isCovered={isSearching}
          side={<Sidebar {...side} {...{ signOut, exchange, showShortcuts, showSearch }} />}
        >
          {children}
        </Sheet>
        {isListing ? (
          <Late
            part={shortcuts}
            props={{ onClose: () => setListing(false) }}
            onMissing={() => setListing(false)}
          />
        ) : null}
        {isSearching ? (
          <SearchOverlay place={place} canWrite={canWrite} onClose={() => setSearching(false)} />
        ) : null}
        <Confirm
          open={isAsked}
          onOpenChange={setAsked}
          title="Sign out with words that are not saved yet?"
          description="They stay in this browser and are sent when you sign in here again. On a computer that others use, wait until it says Saved."
          action="Sign out"
          onConfirm={async () => startTransition(signOutNow)}
        />
        {isSeeding ? <SeedOnce userId={userId} workspaceId={workspace.id} onEnd={endSeeding} /> : null}
      </TreeProvider>
    </FrameContext>
  );
}

/** Behind all that a page loads by itself; words that wait since an earlier visit are not in a hurry. */
const LEFT_BEHIND_MS = 5_000;

function useLeftBehind(userId: string): void {
  useEffect(() => {
    const send = () => void seams.sendLeftBehind(userId).catch(() => undefined);
    const timer = setTimeout(send, LEFT_BEHIND_MS);
    window.addEventListener("online", send);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("online", send);
    };
  }, [userId]);
}

/** Draws the page anew as soon as no words would go with the old one. */
function useSafeRefresh(): () => void {
  const router = useRouter();
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    if (!isDue) return;
    const refresh = () => {
      setDue(false);
      router.refresh();
    };
    return refreshSafely({ hasUnsentText: seams.hasUnsentText, isAnswering, refresh });
  }, [isDue, router]);
  return useCallback(() => setDue(true), []);
}

/** Without a session nothing is visible either; that is told apart from having been removed. */
async function leave(router: ReturnType<typeof useRouter>, name: string) {
  const { data } = await (await browserSupabase()).auth.getSession();
  if (isDeleting()) return;
  if (!data.session) {
    toSignIn("signed-out");
    return;
  }
  const title = `You are no longer a member of ${name}.`;
  // Words that nobody else has stay on the page until they are copied, with the document's own notice.
  if (await seams.hasUnsentText().catch(() => false)) {
    toast(title, { description: "Your last words were not saved. They are still here to be copied." });
    return;
  }
  toast(title, { description: "What you wrote there is kept for its members." });
  router.replace("/");
}

/** `/` leads to the workspace one was in last. */
function useLastWorkspace(workspaceId: string) {
  useEffect(() => {
    keepChoice("workspace", workspaceId);
  }, [workspaceId]);
}
