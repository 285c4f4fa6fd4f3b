"use client";
import { createContext, useContext } from "react";
import type { Exchange } from "../sidebar/exchange.ts";

/** What every page of a workspace may know about where it is. */
export type FrameValue = {
  workspace: { id: string; name: string };
  canWrite: boolean;
  /** The first documents are being written. */
  isSeeding: boolean;
  exchange: Exchange;
  showShortcuts: () => void;
  showSearch: () => void;
};

export const FrameContext = createContext<FrameValue | undefined>(undefined);

export function useFrame(): FrameValue {
  const frame = useContext(FrameContext);
  if (!frame) throw new Error("A page of a workspace was shown outside its frame.");
  return frame;
}
