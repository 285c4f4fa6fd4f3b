"use client";
import { type ReactNode, useRef, useState } from "react";
import { Late } from "./late.tsx";
import { LatePart } from "./late-part.ts";
import { toast } from "./toast.ts";

export type WorkProgress = { readonly done: number; readonly all: number; readonly name: string };
export type WorkWishes = {
  readonly onProgress: (progress: WorkProgress) => void;
  readonly signal: AbortSignal;
};
/** What came of it, as one sentence, and a sentence for each thing that did not go as wished. */
export type WorkResult = { readonly sentence: string; readonly problems: readonly string[] };

type Work = {
  readonly title: string;
  readonly failed: string;
  readonly run: (wishes: WorkWishes) => Promise<WorkResult>;
};
export type Shown = { title: string; progress: WorkProgress | null; result: WorkResult | null };

const workDialog = new LatePart("The dialog", async () => (await import("./work-dialog.tsx")).WorkDialog);

/** Long work with a dialog that says how far it is; what went well is a notice in the end, the rest stays to be read. */
export function useWork(): { start: (work: Work) => Promise<void>; dialog: ReactNode } {
  const [shown, setShown] = useState<Shown | null>(null);
  const abort = useRef<AbortController | null>(null);
  const start = async ({ title, failed, run }: Work) => {
    const controller = new AbortController();
    abort.current = controller;
    setShown({ title, progress: null, result: null });
    const onProgress = (progress: WorkProgress) => setShown({ title, progress, result: null });
    try {
      const result = await run({ onProgress, signal: controller.signal });
      if (result.problems.length > 0) setShown({ title, progress: null, result });
      else {
        setShown(null);
        toast(result.sentence);
      }
    } catch (error) {
      setShown(null);
      toast.error(failed, { description: error instanceof Error ? error.message : "Try again in a moment." });
    }
  };
  const props = { shown, onCancel: () => abort.current?.abort(), onClose: () => setShown(null) };
  const dialog = shown ? <Late part={workDialog} props={{ ...props, shown }} /> : null;
  return { start, dialog };
}
